import { describe, expect, it } from "vitest";
import { getSettings, SettingsBusyError, updateConnection } from "~/features/settings/settings.server";
import { StoreSettingsRepository } from "~/features/settings/store-settings.repository.server";
import { inTransaction, type Queryable } from "~/platform/db/client.server";
import { eachDatabase } from "../../support/databases";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const after = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const DEFAULTS = {
  thresholds: {
    ...{ highValueMinor: 50_000, highDiscountPercent: 40, lateFulfilmentHours: 48 },
    ...{ partialStaleDays: 5, unpaidAgingDays: 3, lowCoverDays: 14 },
  },
  featureToggles: { aiDrafts: true, seoInsights: true, inventoryForecast: true },
};

eachDatabase("the settings of a store", ({ db }) => {
  let shops = 0;
  async function openStore(settings?: Record<string, object>) {
    const data = { shopDomain: `store-${++shops}.myshopify.com`, onboardingFlags: {} };
    const { id } = await db().store.create({ data });
    const empty = { thresholds: {}, featureToggles: {}, connectionMetadata: {}, lastRotationDates: {} };
    if (settings) await db().storeSettings.create({ data: { storeId: id, ...empty, ...settings } });
    return id;
  }
  const rowOf = (storeId: string) => db().storeSettings.findUniqueOrThrow({ where: { storeId } });

  describe("that an older or newer version wrote", () => {
    it("have defaults for fields that are missing, malformed or out of range, and keep the others", async () => {
      const id = await openStore({
        thresholds: {
          lateFulfilmentHours: 96,
          lowCoverDays: 0,
          highValueMinor: "400",
          unpaidAgingDays: 2.5,
          old: 1,
        },
        featureToggles: { aiDrafts: false, seoInsights: "yes", newer: true },
      });
      expect(await getSettings(db(), id)).toMatchObject({
        thresholds: { ...DEFAULTS.thresholds, lateFulfilmentHours: 96 },
        featureToggles: { ...DEFAULTS.featureToggles, aiDrafts: false },
      });
    });

    it.each([[[]], ["text"], [7]])("are all defaults where a column holds %j", async (value) => {
      const columns = ["thresholds", "featureToggles", "connectionMetadata", "lastRotationDates"];
      const id = await openStore(Object.fromEntries(columns.map((column) => [column, value as object])));
      expect(await getSettings(db(), id)).toEqual({
        ...DEFAULTS,
        ...{ version: 1, connectionMetadata: {}, lastRotationDates: {} },
      });
    });

    it("include readable connections beside an unreadable one", async () => {
      const id = await openStore({
        connectionMetadata: { GA4: { propertyId: 7 }, BING: { siteUrl: "https://b/" } },
      });
      expect((await getSettings(db(), id)).connectionMetadata).toEqual({
        BING: { siteUrl: "https://b/", reminderDays: 90 },
      });
    });

    it("list rotations newest first, also one that is stored as a single instant", async () => {
      const many = Array.from({ length: 12 }, (_, i) => after(i).toISOString());
      const id = await openStore({ lastRotationDates: { GA4: NOW.toISOString(), GSC: many, BING: "soon" } });
      expect((await getSettings(db(), id)).lastRotationDates).toEqual({
        GA4: [NOW.toISOString()],
        GSC: many.slice(2).reverse(),
        BING: [],
      });
    });
  });

  describe("when a connection changes", () => {
    it("store its metadata and rotation, and keep everything else", async () => {
      const id = await openStore({ thresholds: { lateFulfilmentHours: 96 } });
      await updateConnection(db(), id, "GSC", { siteUrl: "https://a/" }, { rotatedAt: NOW });
      expect(await getSettings(db(), id)).toEqual({
        version: 2,
        thresholds: { ...DEFAULTS.thresholds, lateFulfilmentHours: 96 },
        featureToggles: DEFAULTS.featureToggles,
        connectionMetadata: { GSC: { siteUrl: "https://a/", reminderDays: 90 } },
        lastRotationDates: { GSC: [NOW.toISOString()] },
      });
    });

    it("are created when the store had none", async () => {
      const id = await openStore();
      await updateConnection(db(), id, "GSC", { siteUrl: "https://a/" });
      expect((await getSettings(db(), id)).connectionMetadata).toEqual({
        GSC: { siteUrl: "https://a/", reminderDays: 90 },
      });
    });

    it("drop its metadata for null, and keep its rotations", async () => {
      const id = await openStore();
      await updateConnection(db(), id, "BING", { siteUrl: "https://a/" }, { rotatedAt: NOW });
      await updateConnection(db(), id, "GSC", { siteUrl: "https://a/" });
      await updateConnection(db(), id, "BING", null);
      expect(await getSettings(db(), id)).toMatchObject({
        connectionMetadata: { GSC: { siteUrl: "https://a/" } },
        lastRotationDates: { BING: [NOW.toISOString()] },
      });
      expect((await rowOf(id)).connectionMetadata).toEqual({ GSC: { siteUrl: "https://a/" } });
    });

    it("keep the ten latest rotations, newest first, a single stored instant included", async () => {
      const id = await openStore({ lastRotationDates: { GA4: NOW.toISOString() } });
      const rotate = (minutes: number) =>
        updateConnection(db(), id, "GA4", { propertyId: "1" }, { rotatedAt: after(minutes) });
      for (let i = 1; i <= 9; i++) await rotate(i);
      expect((await getSettings(db(), id)).lastRotationDates.GA4).toHaveLength(10);
      expect((await getSettings(db(), id)).lastRotationDates.GA4?.at(-1)).toBe(NOW.toISOString());
      await rotate(10);
      const kept = (await getSettings(db(), id)).lastRotationDates.GA4!;
      expect([kept.length, kept[0], kept.at(-1)]).toEqual([
        10,
        after(10).toISOString(),
        after(1).toISOString(),
      ]);
    });

    it("keep unreadable data of other connections", async () => {
      const id = await openStore({
        connectionMetadata: { GA4: { propertyId: 7 }, TIKTOK: { shop: "x" } },
        lastRotationDates: { TIKTOK: { at: 1 } },
      });
      await updateConnection(db(), id, "GSC", { siteUrl: "https://a/" }, { rotatedAt: NOW });
      expect(await rowOf(id)).toMatchObject({
        connectionMetadata: { GA4: { propertyId: 7 }, TIKTOK: { shop: "x" }, GSC: { siteUrl: "https://a/" } },
        lastRotationDates: { TIKTOK: { at: 1 }, GSC: [NOW.toISOString()] },
      });
    });

    it("keep all of three concurrent changes", async () => {
      const id = await openStore({});
      await Promise.all([
        updateConnection(db(), id, "GA4", { propertyId: "1" }, { rotatedAt: NOW }),
        updateConnection(db(), id, "GSC", { siteUrl: "https://a/" }, { rotatedAt: after(1) }),
        updateConnection(db(), id, "BING", { siteUrl: "https://b/" }, { rotatedAt: after(2) }),
      ]);
      const { version, connectionMetadata, lastRotationDates } = await getSettings(db(), id);
      expect(version).toBe(4);
      expect(Object.keys(connectionMetadata).sort()).toEqual(["BING", "GA4", "GSC"]);
      expect(Object.keys(lastRotationDates).sort()).toEqual(["BING", "GA4", "GSC"]);
    });

    it("are written in the caller's transaction and rolled back with it", async () => {
      const id = await openStore({});
      const save = (tx: Queryable) => updateConnection(tx, id, "GSC", { siteUrl: "https://a/" });
      await inTransaction(db(), save);
      expect((await getSettings(db(), id)).connectionMetadata.GSC).toBeDefined();
      const undo = new Error("undo");
      const failing = inTransaction(db(), async (tx) => {
        await updateConnection(tx, id, "GSC", null);
        throw undo;
      });
      await expect(failing).rejects.toBe(undo);
      expect((await getSettings(db(), id)).connectionMetadata.GSC).toBeDefined();
    });

    it("are unchanged and fail with SETTINGS_BUSY after ten lost races", async () => {
      const id = await openStore({});
      let saves = 0;
      const rival = overtaking(db(), () => {
        saves += 1;
        return new StoreSettingsRepository(db(), id).update(saves, {}).then(() => undefined);
      });
      const save = updateConnection(rival, id, "GSC", { siteUrl: "https://a/" });
      await expect(save).rejects.toMatchObject({ name: "SettingsBusyError", code: "SETTINGS_BUSY" });
      await expect(save).rejects.toBeInstanceOf(SettingsBusyError);
      expect(saves).toBe(10);
      expect((await getSettings(db(), id)).connectionMetadata).toEqual({});
    });

    it("are saved at the tenth attempt", async () => {
      const id = await openStore({});
      let saves = 0;
      const rival = overtaking(db(), async () => {
        if (saves === 9) return;
        saves += 1;
        await new StoreSettingsRepository(db(), id).update(saves, {});
      });
      await updateConnection(rival, id, "GSC", { siteUrl: "https://a/" });
      expect((await getSettings(db(), id)).connectionMetadata.GSC).toBeDefined();
    });
  });
});

/** A client on which somebody else saves between every reading of the settings and the writing after it. */
function overtaking(db: Queryable, save: () => Promise<void>): Queryable {
  const storeSettings = new Proxy(db.storeSettings, {
    get: (target, name: string) => {
      const call = (target as never as Record<string, (query: object) => Promise<unknown>>)[name]!;
      if (name !== "updateMany") return call;
      return async (query: object) => {
        await save();
        return call.call(target, query);
      };
    },
  });
  return { ...db, engine: db.engine, storeSettings };
}
