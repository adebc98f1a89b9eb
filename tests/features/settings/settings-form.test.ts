import { describe, expect, it } from "vitest";
import {
  answered,
  differences,
  discard,
  edit,
  formFields,
  isDirty,
  keepMine,
  openForm,
  resetText,
} from "~/features/settings/settings-form";
import { THRESHOLDS, TOGGLES, type SettingValues } from "~/features/settings/settings-fields";

const initial = (fields: Record<string, { initial: number | boolean }>) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.initial]));
const VALUES = { ...initial(THRESHOLDS), ...initial(TOGGLES) } as SettingValues;
const opened = openForm({ version: 3, values: VALUES }, "USD");
const saved = (values: Partial<SettingValues>, version = 4) => ({
  version,
  values: { ...VALUES, ...values },
});
const refused = (theirs = saved({ lateFulfilmentHours: 24 })) => ({
  ok: false as const,
  message: "",
  theirs,
});

describe("the settings form in the browser", () => {
  it("has no changes when it opens, or when a value is only written differently", () => {
    expect(isDirty(opened)).toBe(false);
    for (const text of ["500", "500.0", " $500.00 "])
      expect(isDirty(edit(opened, "highValueMinor", text))).toBe(false);
    for (const text of ["500.01", "", "5oo"])
      expect(isDirty(edit(opened, "highValueMinor", text))).toBe(true);
    expect(isDirty(edit(edit(opened, "aiDrafts", false), "aiDrafts", true))).toBe(false);
  });

  it.each([
    ["USD", "500.00"],
    ["JPY", "50000"],
    ["KWD", "50.000"],
  ])("formats and posts an amount in %s as %s", (currency, text) => {
    const form = openForm({ version: 3, values: VALUES }, currency);
    expect(formFields(form)).toMatchObject({ version: "3", highValueMinor: text, aiDrafts: "on" });
  });

  it("offers the default only where the value differs", () => {
    expect(resetText(edit(opened, "lowCoverDays", "14 "), "lowCoverDays")).toBeNull();
    for (const text of ["15", "", "soon"])
      expect(resetText(edit(opened, "lowCoverDays", text), "lowCoverDays")).toBe("14");
  });
});

describe("an answer to the settings form", () => {
  it("formats the saved value, and keeps what was typed meanwhile", () => {
    const sent = edit(edit(opened, "highValueMinor", "600"), "lowCoverDays", "20");
    const meanwhile = edit(sent, "lowCoverDays", "21");
    const answer = {
      ok: true as const,
      message: "",
      saved: saved({ highValueMinor: 60_000, lowCoverDays: 20 }),
    };
    const form = answered(meanwhile, answer, sent.typed);
    expect(form.typed).toMatchObject({ highValueMinor: "600.00", lowCoverDays: "21" });
    expect([form.base.version, isDirty(form)]).toEqual([4, true]);
    expect(isDirty(answered(sent, answer, sent.typed))).toBe(false);
  });

  it("keeps every text when it is a refusal, and an error goes when its field is edited", () => {
    const form = edit(edit(opened, "lowCoverDays", "x"), "partialStaleDays", "y");
    const errors = { lowCoverDays: "no", partialStaleDays: "no" };
    const after = answered(form, { ok: false, message: "two", fieldErrors: errors });
    expect([after.typed, after.errors, after.trouble]).toEqual([form.typed, errors, null]);
    expect(edit(after, "lowCoverDays", "1").errors).toEqual({ partialStaleDays: "no" });
  });

  it("without field errors is shown as a general message", () => {
    expect(answered(opened, { ok: false, message: "Reload it", fieldErrors: {} }).trouble).toBe("Reload it");
  });
});

describe("two concurrent versions of the settings", () => {
  const mine = edit(edit(opened, "lateFulfilmentHours", "72"), "lowCoverDays", "21");

  it("are compared field by field, untouched fields included", () => {
    const theirs = saved({
      lateFulfilmentHours: 24,
      highDiscountPercent: 30,
      seoInsights: false,
      lowCoverDays: 21,
    });
    expect(differences(answered(mine, refused(theirs)))).toEqual([
      { name: "highDiscountPercent", theirs: "30%", mine: "40%", touched: false },
      { name: "lateFulfilmentHours", theirs: "24 hours", mine: "72 hours", touched: true },
      { name: "seoInsights", theirs: "off", mine: "on", touched: false },
    ]);
  });

  it("show an unreadable value as it was typed", () => {
    const form = edit(answered(mine, refused()), "lateFulfilmentHours", "soon");
    expect(differences(form)).toEqual([
      { name: "lateFulfilmentHours", theirs: "24 hours", mine: "“soon”", touched: true },
    ]);
  });

  it("are merged: the typed value where a field was changed, the saved one elsewhere", () => {
    const theirs = saved({ lateFulfilmentHours: 24, highDiscountPercent: 30, aiDrafts: false });
    const merged = keepMine(answered(mine, refused(theirs)));
    expect(merged.base).toEqual(theirs);
    expect(merged.typed).toMatchObject({
      ...{ lateFulfilmentHours: "72", lowCoverDays: "21", highDiscountPercent: "30", aiDrafts: false },
    });
    expect(merged.theirs).toBeNull();
  });

  it("end with the saved one when the typed one is discarded", () => {
    const form = discard(answered(mine, refused()));
    expect([form.typed.lateFulfilmentHours, form.typed.lowCoverDays, isDirty(form)]).toEqual([
      "24",
      "14",
      false,
    ]);
  });
});
