import { describe, expect, it } from "vitest";
import { submitSettingsForm } from "~/features/settings/save-settings.server";
import type { SavedSettings, SettingName } from "~/features/settings/settings-fields";
import { SETTING_NAMES } from "~/features/settings/settings-fields";
import { openForm, formFields, edit, keepMine, answered } from "~/features/settings/settings-form";
import { getSavedSettings, getSettings, updateConnection } from "~/features/settings/settings.server";
import { loadOverview } from "~/features/overview/overview.server";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { eachDatabase } from "../../support/databases";
import { insertTenant } from "../../support/tenant-rows";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const LATER = new Date(NOW.getTime() + 60_000);
const USD = { now: NOW, currency: "USD" };

eachDatabase("the settings form", ({ db }) => {
  let shops = 0;
  async function openStore() {
    const shopDomain = `settings-${++shops}.myshopify.com`;
    const { id } = await db().store.create({ data: { shopDomain, onboardingFlags: {} } });
    return { id, reload: async () => (await new StoreRepository(db()).findByShopDomain(shopDomain))! };
  }

  /** What a tab that was loaded with `loaded` posts after its merchant typed `typed`. */
  function posted(loaded: SavedSettings, typed: Partial<Record<SettingName, string>> = {}, currency = "USD") {
    const form = new FormData();
    for (const [name, value] of Object.entries(formFields(openForm(loaded, currency)))) form.set(name, value);
    for (const [name, value] of Object.entries(typed)) form.set(name, value);
    return form;
  }

  const valuesOf = async (storeId: string) => (await getSavedSettings(db(), storeId)).values;

  it("is saved, and completes the setup guide's step at the first save", async () => {
    const { id, reload } = await openStore();
    const loaded = await getSavedSettings(db(), id);
    const form = posted(loaded, { highValueMinor: "1,234.50", lateFulfilmentHours: " 72 ", aiDrafts: "off" });
    const { status, answer } = await submitSettingsForm(db(), id, form, USD);
    const values = { ...loaded.values, highValueMinor: 123_450, lateFulfilmentHours: 72, aiDrafts: false };
    expect({ status, answer }).toMatchObject({
      status: 200,
      answer: { ok: true, saved: { version: 2, values } },
    });
    expect(await getSavedSettings(db(), id)).toEqual({ version: 2, values });

    await submitSettingsForm(db(), id, posted({ version: 2, values }), { now: LATER, currency: "USD" });
    expect((await reload()).onboardingFlags).toEqual({ thresholds: NOW.toISOString() });
  });

  it.each([
    ["JPY", "50,000", 50_000],
    ["KWD", "400.125", 400_125],
  ])("keeps an amount in %s in its own minor units", async (currency, text, minor) => {
    const { id } = await openStore();
    const form = posted(await getSavedSettings(db(), id), { highValueMinor: text }, currency);
    await submitSettingsForm(db(), id, form, { now: NOW, currency });
    expect((await valuesOf(id)).highValueMinor).toBe(minor);
  });

  it("changes which products the overview reports as running out", async () => {
    const { storeId, shopDomain } = await insertTenant(db(), `cover-${shops++}`);
    const running = async () => {
      const store = (await new StoreRepository(db()).findByShopDomain(shopDomain))!;
      return (await loadOverview(db(), { ...store, currency: "USD", ianaTimezone: "UTC" }, { now: NOW }))
        .runningOut;
    };
    for (const days of ["30", "7"]) {
      const form = posted(await getSavedSettings(db(), storeId), { lowCoverDays: days });
      await submitSettingsForm(db(), storeId, form, USD);
      expect((await running())?.lowCoverDays).toBe(Number(days));
    }
    const off = posted(await getSavedSettings(db(), storeId), { inventoryForecast: "off" });
    await submitSettingsForm(db(), storeId, off, USD);
    expect(await running()).toBeNull();
  });

  describe("in two tabs", () => {
    it("answers 409 to the second save with the values of the first, and changes nothing", async () => {
      const { id } = await openStore();
      const loaded = await getSavedSettings(db(), id);
      await submitSettingsForm(db(), id, posted(loaded, { lateFulfilmentHours: "24" }), USD);
      const second = await submitSettingsForm(db(), id, posted(loaded, { highDiscountPercent: "55" }), USD);
      const theirs = { version: 2, values: { ...loaded.values, lateFulfilmentHours: 24 } };
      expect(second).toMatchObject({ status: 409, answer: { ok: false, theirs } });
      expect(await getSavedSettings(db(), id)).toEqual(theirs);
    });

    it("keeps both merchants' changes when the second saves anyway", async () => {
      const { id } = await openStore();
      const loaded = await getSavedSettings(db(), id);
      await submitSettingsForm(
        db(),
        id,
        posted(loaded, { lateFulfilmentHours: "24", lowCoverDays: "30" }),
        USD,
      );

      let tab = edit(edit(openForm(loaded, "USD"), "highDiscountPercent", "55"), "lowCoverDays", "21");
      const first = await submitSettingsForm(db(), id, toForm(formFields(tab)), USD);
      tab = keepMine(answered(tab, first.answer));
      const again = await submitSettingsForm(db(), id, toForm(formFields(tab)), USD);
      expect(again.status).toBe(200);
      expect(await valuesOf(id)).toEqual({
        ...loaded.values,
        ...{ lateFulfilmentHours: 24, lowCoverDays: 21, highDiscountPercent: 55 },
      });
    });

    it("answers 409 again when a third save came in between", async () => {
      const { id } = await openStore();
      const loaded = await getSavedSettings(db(), id);
      await submitSettingsForm(db(), id, posted(loaded, { lateFulfilmentHours: "24" }), USD);
      let tab = edit(openForm(loaded, "USD"), "highDiscountPercent", "55");
      tab = keepMine(
        answered(tab, (await submitSettingsForm(db(), id, toForm(formFields(tab)), USD)).answer),
      );
      await submitSettingsForm(db(), id, posted(await getSavedSettings(db(), id), { aiDrafts: "off" }), USD);
      const again = await submitSettingsForm(db(), id, toForm(formFields(tab)), USD);
      expect(again).toMatchObject({
        status: 409,
        answer: { theirs: { version: 3, values: { aiDrafts: false } } },
      });
    });

    it("accepts the same form twice, as after a lost answer", async () => {
      const { id } = await openStore();
      const loaded = await getSavedSettings(db(), id);
      const form = () => posted(loaded, { lateFulfilmentHours: "24" });
      await submitSettingsForm(db(), id, form(), USD);
      expect((await submitSettingsForm(db(), id, form(), USD)).status).toBe(200);
    });

    it("accepts exactly one of two concurrent saves", async () => {
      for (let round = 0; round < 10; round++) {
        const { id } = await openStore();
        const loaded = await getSavedSettings(db(), id);
        const outcomes = await Promise.all(
          ["24", "96"].map((hours) =>
            submitSettingsForm(db(), id, posted(loaded, { lateFulfilmentHours: hours }), USD),
          ),
        );
        expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
        const winner = outcomes[0]!.status === 200 ? 24 : 96;
        expect((await valuesOf(id)).lateFulfilmentHours).toBe(winner);
      }
    });
  });

  it("is saved although a connection was saved meanwhile, and keeps the connection", async () => {
    const { id } = await openStore();
    const loaded = await getSavedSettings(db(), id);
    await updateConnection(db(), id, "GSC", { siteUrl: "sc-domain:example.com" }, { rotatedAt: NOW });
    const { status } = await submitSettingsForm(db(), id, posted(loaded, { lateFulfilmentHours: "24" }), USD);
    expect(status).toBe(200);
    expect(await getSettings(db(), id)).toMatchObject({
      version: 3,
      thresholds: { lateFulfilmentHours: 24 },
      connectionMetadata: { GSC: { siteUrl: "sc-domain:example.com" } },
      lastRotationDates: { GSC: [NOW.toISOString()] },
    });
  });

  const AMOUNT = "Enter an amount between $0.01 and $10,000,000,000.00.";
  const HOURS = "Write the number of hours in digits, such as 48.";
  const RANGE = "Enter between 1 and 720 hours.";
  it.each<[SettingName, string, string]>([
    ["highValueMinor", "", "Enter an amount, such as 1,234.50."],
    ["highValueMinor", " \t ", "Enter an amount, such as 1,234.50."],
    [
      "highValueMinor",
      "1.234,50",
      "This can be read in two ways. Write a point before the decimals, such as 1,234.50.",
    ],
    ["highValueMinor", "1.234", "USD has 2 decimals. Write the amount as in 1,234.50."],
    ["highValueMinor", "1e9", "Write the amount in digits, such as 1,234.50."],
    ["highValueMinor", "٤٠٠", "Write the amount in digits, such as 1,234.50."],
    ["highValueMinor", "4\u000000", "Write the amount in digits, such as 1,234.50."],
    ["highValueMinor", "0", AMOUNT],
    ["highValueMinor", "-400", AMOUNT],
    ["highValueMinor", "10000000000.01", AMOUNT],
    ["highValueMinor", "9".repeat(30), AMOUNT],
    ["highValueMinor", "9".repeat(100_000), AMOUNT],
    ["lateFulfilmentHours", "", "Enter a number of hours."],
    ["lateFulfilmentHours", "   ", "Enter a number of hours."],
    ["lateFulfilmentHours", "1.5", "Enter whole hours, without decimals."],
    ["lateFulfilmentHours", "1,5", "Enter whole hours, without decimals."],
    ["lateFulfilmentHours", "0", RANGE],
    ["lateFulfilmentHours", "-1", RANGE],
    ["lateFulfilmentHours", "721", RANGE],
    ["lateFulfilmentHours", "9".repeat(400), RANGE],
    ["lateFulfilmentHours", "1e2", HOURS],
    ["lateFulfilmentHours", "0x10", HOURS],
    ["lateFulfilmentHours", "４８", HOURS],
    ["lateFulfilmentHours", "48\u0000", HOURS],
    ["lateFulfilmentHours", "NaN", HOURS],
    ["lateFulfilmentHours", "48 hours", HOURS],
    ["highDiscountPercent", "101", "Enter between 1 and 100 percent."],
    ["partialStaleDays", "91", "Enter between 1 and 90 days."],
    ["unpaidAgingDays", "91", "Enter between 1 and 90 days."],
    ["lowCoverDays", "366", "Enter between 1 and 365 days."],
    ["aiDrafts", "true", "Choose on or off."],
    ["seoInsights", "", "Choose on or off."],
  ])("is refused with a sentence at %s for %j", async (name, text, sentence) => {
    const { id } = await openStore();
    const before = await getSavedSettings(db(), id);
    const answer = await submitSettingsForm(db(), id, posted(before, { [name]: text }), USD);
    expect(answer).toEqual({
      status: 400,
      answer: { ok: false, message: expect.any(String) as string, fieldErrors: { [name]: sentence } },
    });
    expect(await getSavedSettings(db(), id)).toEqual(before);
  });

  it.each<[SettingName, string, number]>([
    ["highValueMinor", "0.01", 1],
    ["highValueMinor", "10000000000", 1_000_000_000_000],
    ["lateFulfilmentHours", "1", 1],
    ["lateFulfilmentHours", "0720", 720],
    ["highDiscountPercent", "100", 100],
    ["lowCoverDays", "365", 365],
  ])("accepts %s at its limit %s", async (name, text, value) => {
    const { id } = await openStore();
    await submitSettingsForm(db(), id, posted(await getSavedSettings(db(), id), { [name]: text }), USD);
    expect((await valuesOf(id))[name]).toBe(value);
  });

  it("is refused with every wrong field, missing ones and files included", async () => {
    const { id } = await openStore();
    const form = posted(await getSavedSettings(db(), id), { lateFulfilmentHours: "soon" });
    form.delete("lowCoverDays");
    form.delete("aiDrafts");
    form.set("unpaidAgingDays", new Blob(["3"]));
    const { status, answer } = await submitSettingsForm(db(), id, form, USD);
    expect({ status, answer }).toEqual({
      status: 400,
      answer: {
        ok: false,
        message: "Nothing was saved: 4 fields need a correction.",
        fieldErrors: {
          lateFulfilmentHours: HOURS,
          lowCoverDays: "This field is missing. Reload the page.",
          unpaidAgingDays: "This field is missing. Reload the page.",
          aiDrafts: "Choose on or off.",
        },
      },
    });
  });

  it.each<[string, (form: FormData) => void]>([
    ["holds a field that is not known here", (form) => form.set("mystery", "1")],
    ["does not say which version it was loaded with", (form) => form.delete("version")],
    ["was loaded with version zero", (form) => form.set("version", "0")],
    ["was loaded with a version beyond every counter", (form) => form.set("version", "9999999999")],
    ["does not say what it was loaded with", (form) => form.delete("base")],
    ["was loaded with something that is not JSON", (form) => form.set("base", "{")],
    ["was loaded with values out of range", (form) => form.set("base", JSON.stringify({ lowCoverDays: 0 }))],
  ])("is refused as a whole when it %s", async (_what, spoil) => {
    const { id } = await openStore();
    const form = posted(await getSavedSettings(db(), id), { lateFulfilmentHours: "24" });
    spoil(form);
    const { status, answer } = await submitSettingsForm(db(), id, form, USD);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ ok: false, fieldErrors: {} });
    expect(answer.message).toContain("Reload");
    expect((await valuesOf(id)).lateFulfilmentHours).toBe(48);
  });

  it("is refused when it is empty", async () => {
    const { id } = await openStore();
    const { status, answer } = await submitSettingsForm(db(), id, new FormData(), USD);
    expect(status).toBe(400);
    expect(answer).toMatchObject({
      fieldErrors: Object.fromEntries(SETTING_NAMES.map((n) => [n, expect.any(String)])),
    });
  });
});

function toForm(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}
