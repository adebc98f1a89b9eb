import type { Prisma } from "#prisma/postgres";
import type { Queryable } from "~/platform/db/client.server";
import {
  jsonRecord,
  readConnectionMetadata,
  rotationDatesSchema,
  rotationsSchema,
  storedThresholdsSchema,
  storedTogglesSchema,
  type ConnectionMetadata,
  type FeatureToggles,
  type RotationDates,
  type Thresholds,
} from "./settings.schema";

export type StoreSettings = {
  version: number;
  thresholds: Thresholds;
  featureToggles: FeatureToggles;
  connectionMetadata: ConnectionMetadata;
  lastRotationDates: RotationDates;
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
      thresholds: storedThresholdsSchema.parse(row.thresholds),
      featureToggles: storedTogglesSchema.parse(row.featureToggles),
      connectionMetadata: readConnectionMetadata(row.connectionMetadata),
      lastRotationDates: rotationDatesSchema.parse(row.lastRotationDates),
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

  /**
   * Puts one provider's metadata in place, or takes it away (null), and notes a rotation. Other providers' stay as they
   * are stored, even where this version cannot read them. "missing": the store has no row yet.
   */
  async updateConnection(
    provider: string,
    metadata: object | null,
    rotatedAt?: Date,
  ): Promise<"saved" | "conflict" | "missing"> {
    const row = await this.db.storeSettings.findUnique({ where: { storeId: this.storeId } });
    if (!row) return "missing";
    const { [provider]: _replaced, ...others } = jsonRecord.parse(row.connectionMetadata);
    const rotations = jsonRecord.parse(row.lastRotationDates);
    const earlier = rotationsSchema.parse(rotations[provider]);
    const { count } = await this.db.storeSettings.updateMany({
      where: { storeId: this.storeId, version: row.version },
      data: {
        connectionMetadata: json(metadata ? { ...others, [provider]: metadata } : others),
        ...(rotatedAt && {
          lastRotationDates: json({
            ...rotations,
            [provider]: rotationsSchema.parse([rotatedAt.toISOString(), ...earlier]),
          }),
        }),
        version: row.version + 1,
      },
    });
    return count ? "saved" : "conflict";
  }
}

/** What was read as JSON, or written in code, can be stored as JSON. */
function json(value: Record<string, unknown>): Prisma.InputJsonObject {
  return value as Prisma.InputJsonObject;
}
