import type { Queryable } from "~/platform/db/client.server";
import {
  connectionMetadataSchema,
  featureTogglesSchema,
  thresholdsSchema,
  type ConnectionMetadata,
  type FeatureToggles,
  type Thresholds,
} from "./settings.schema";

export type StoreSettings = {
  version: number;
  thresholds: Thresholds;
  featureToggles: FeatureToggles;
  connectionMetadata: ConnectionMetadata;
  /** ISO instants by provider */
  lastRotationDates: Record<string, string>;
};

type Changes = Partial<Omit<StoreSettings, "version">>;

export class StoreSettingsRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  async find(): Promise<StoreSettings | null> {
    const row = await this.db.storeSettings.findUnique({ where: { storeId: this.storeId } });
    if (!row) return null;
    return {
      version: row.version,
      thresholds: thresholdsSchema.parse(row.thresholds),
      featureToggles: featureTogglesSchema.parse(row.featureToggles),
      connectionMetadata: connectionMetadataSchema.parse(row.connectionMetadata),
      lastRotationDates: row.lastRotationDates as Record<string, string>,
    };
  }

  async insertDefaults(): Promise<void> {
    await this.db.storeSettings.create({
      data: {
        storeId: this.storeId,
        thresholds: {},
        featureToggles: {},
        connectionMetadata: {},
        lastRotationDates: {},
      },
    });
  }

  /** Saves over the version that was read; "conflict" when somebody else saved in between, and nothing is changed. */
  async update(version: number, changes: Changes): Promise<"saved" | "conflict"> {
    const { count } = await this.db.storeSettings.updateMany({
      where: { storeId: this.storeId, version },
      data: { ...changes, version: version + 1 },
    });
    return count ? "saved" : "conflict";
  }
}
