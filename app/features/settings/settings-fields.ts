/** What a merchant can set: each field's name, range, and value in a shop that never touched it. */

export type Unit = "money" | "hours" | "days" | "percent";

type Threshold = {
  label: string;
  unit: Unit;
  min: number;
  max: number;
  initial: number;
  /** What it does */
  help: string;
  /** Beyond these it is allowed, and rarely useful */
  usual?: [number, number];
};

/** `unit: "money"` is in minor units of the shop's currency, which is why its default is the same number in each. */
export const THRESHOLDS = {
  highValueMinor: {
    label: "High-value order",
    ...{ unit: "money", min: 1, max: 1_000_000_000_000, initial: 50_000 },
    help: "An order worth this much or more counts as high in value, a customer's first one as more urgent.",
  },
  highDiscountPercent: {
    label: "Large discount",
    ...{ unit: "percent", min: 1, max: 100, initial: 40, usual: [20, 60] },
    help: "An order with this share of its value given as discount, or more, has a large discount.",
  },
  lateFulfilmentHours: {
    label: "Late fulfilment",
    ...{ unit: "hours", min: 1, max: 720, initial: 48, usual: [24, 96] },
    help: "A paid order that waits longer than this to be fulfilled counts as late.",
  },
  partialStaleDays: {
    label: "Partly fulfilled, then nothing",
    ...{ unit: "days", min: 1, max: 90, initial: 5, usual: [3, 10] },
    help: "An order counts as stuck when a part has shipped and the rest has not moved for this long.",
  },
  unpaidAgingDays: {
    label: "Unpaid order",
    ...{ unit: "days", min: 1, max: 90, initial: 3, usual: [2, 7] },
    help: "An order whose payment is still open after this long counts as unpaid.",
  },
  lowCoverDays: {
    label: "Stock running out",
    ...{ unit: "days", min: 1, max: 365, initial: 14, usual: [7, 45] },
    help: "Items that sell out within this time, at their present pace, count as running out on the overview and in the inventory.",
  },
} as const satisfies Record<string, Threshold>;

type Toggle = { label: string; initial: boolean; help: string };

export const TOGGLES = {
  aiDrafts: {
    label: "AI drafts",
    initial: true,
    help: "Allows Backroom to draft answers to customers. It does not draft any yet, and it sends none.",
  },
  seoInsights: {
    label: "SEO insights",
    initial: true,
    help: "Shows the list of insights. Off, the list is hidden and nothing in it is lost.",
  },
  inventoryForecast: {
    label: "Inventory forecast",
    initial: true,
    help: "Shows the forecast, when stock sells out and what to reorder, in the inventory and on the overview. Off, both are hidden.",
  },
} as const satisfies Record<string, Toggle>;

export type ThresholdName = keyof typeof THRESHOLDS;
export type ToggleName = keyof typeof TOGGLES;
export type SettingName = ThresholdName | ToggleName;

export const THRESHOLD_NAMES = Object.keys(THRESHOLDS) as ThresholdName[];
export const TOGGLE_NAMES = Object.keys(TOGGLES) as ToggleName[];
/** In the order of the page */
export const SETTING_NAMES: SettingName[] = [...THRESHOLD_NAMES, ...TOGGLE_NAMES];

export type Thresholds = Record<ThresholdName, number>;
export type FeatureToggles = Record<ToggleName, boolean>;
export type SettingValues = Thresholds & FeatureToggles;

/** What was saved last, and the version that a later save refers to. */
export type SavedSettings = { version: number; values: SettingValues };

export function isToggle(name: SettingName): name is ToggleName {
  return name in TOGGLES;
}

export function labelOf(name: SettingName): string {
  return isToggle(name) ? TOGGLES[name].label : THRESHOLDS[name].label;
}
