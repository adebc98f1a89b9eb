/**
 * Orders with a story. The generator below makes ordinary ones; each of these is placed among them so that every flag
 * rule has something to find today, and something that was found and settled earlier.
 */
import type { CatalogueOrder, FinancialStatus, FulfillmentStatus } from "./catalogue-types";

export type FlagRule =
  | "RISK_HIGH"
  | "RISK_MEDIUM"
  | "RISK_PENDING"
  | "HIGH_VALUE"
  | "FIRST_ORDER_HIGH_VALUE"
  | "ADDRESS_MISMATCH"
  | "ADDRESS_INVALID"
  | "LATE_FULFILMENT"
  | "PARTIAL_STALE"
  | "DELIVERY_PROBLEM"
  | "UNPAID_AGING"
  | "ON_HOLD_LONG"
  | "HIGH_DISCOUNT"
  | "MANY_REFUNDS"
  | "RAPID_REPEAT"
  | "NOTE_PRESENT"
  | "OVERSOLD";

export type FlagState = "ATTENTION" | "SNOOZED" | "RESOLVED" | "ARCHIVED";

export type Incident = {
  hoursAgo: number;
  /** [sku, quantity] */
  lines: [string, number][];
  flags: [FlagRule, FlagState][];
  /** Never ordered before; otherwise an old customer */
  firstOrder?: boolean;
  /** Incidents with the same name share a customer */
  customer?: string;
  risk?: CatalogueOrder["riskLevel"];
  billing?: "elsewhere" | "abroad";
  badAddress?: "ERROR" | "unlocated";
  financial?: FinancialStatus;
  fulfillment?: FulfillmentStatus;
  /** Hours from the order to each fulfilment, and how each delivery stands */
  shipped?: [number, CatalogueOrder["fulfillments"][number]["displayStatus"]][];
  cancelledAfterHours?: number;
  discountPercent?: number;
  /** Hours from the order to each refund of one unit */
  refundedAfterHours?: number[];
  note?: string;
  tags?: string[];
};

const unfulfilled = { fulfillment: "UNFULFILLED" as const };

const TODAY: Incident[] = [
  {
    hoursAgo: 5,
    lines: [["KAC-PRS-MOS", 4]],
    firstOrder: true,
    risk: "HIGH",
    billing: "abroad",
    ...unfulfilled,
    flags: [
      ["RISK_HIGH", "ATTENTION"],
      ["ADDRESS_MISMATCH", "ATTENTION"],
    ],
  },
  {
    hoursAgo: 27,
    lines: [
      ["TRN-BLK-CHR", 3],
      ["LLC-LNT-BRS", 2],
    ],
    firstOrder: true,
    risk: "HIGH",
    ...unfulfilled,
    flags: [
      ["RISK_HIGH", "ATTENTION"],
      ["HIGH_VALUE", "ATTENTION"],
      ["FIRST_ORDER_HIGH_VALUE", "ATTENTION"],
    ],
  },
  {
    hoursAgo: 9,
    lines: [
      ["KAC-KET-08", 1],
      ["ASH-SWB-12", 2],
    ],
    firstOrder: true,
    risk: "MEDIUM",
    ...unfulfilled,
    flags: [["RISK_MEDIUM", "ATTENTION"]],
  },
  {
    hoursAgo: 30,
    lines: [["LLC-LNT-BLK", 2]],
    risk: "MEDIUM",
    ...unfulfilled,
    flags: [["RISK_MEDIUM", "SNOOZED"]],
  },
  {
    hoursAgo: 2.1,
    lines: [["ASH-TRL-12", 3]],
    risk: "PENDING",
    ...unfulfilled,
    flags: [["RISK_PENDING", "ATTENTION"]],
  },
  {
    hoursAgo: 3.6,
    lines: [
      ["TRN-SCK-SM", 2],
      ["LLC-CND-CED", 1],
    ],
    risk: "PENDING",
    ...unfulfilled,
    flags: [["RISK_PENDING", "ATTENTION"]],
  },
  {
    hoursAgo: 20,
    lines: [
      ["MBK-CRT-12", 2],
      ["MBK-PLT-04", 4],
    ],
    ...unfulfilled,
    tags: ["wholesale"],
    flags: [["HIGH_VALUE", "ATTENTION"]],
  },
  {
    hoursAgo: 14,
    lines: [
      ["TRN-BLK-HEA", 2],
      ["KAC-KET-08", 2],
      ["KAC-DRP-SLT", 3],
    ],
    firstOrder: true,
    ...unfulfilled,
    flags: [
      ["HIGH_VALUE", "ATTENTION"],
      ["FIRST_ORDER_HIGH_VALUE", "ATTENTION"],
    ],
  },
  {
    hoursAgo: 22,
    lines: [["LLC-CND-JUN", 2]],
    billing: "elsewhere",
    ...unfulfilled,
    flags: [["ADDRESS_MISMATCH", "ATTENTION"]],
  },
  {
    hoursAgo: 44,
    lines: [["TRN-TWL-02", 2]],
    billing: "elsewhere",
    flags: [["ADDRESS_MISMATCH", "SNOOZED"]],
  },
  {
    hoursAgo: 6,
    lines: [["ASH-SWB-12", 2]],
    badAddress: "ERROR",
    ...unfulfilled,
    flags: [["ADDRESS_INVALID", "ATTENTION"]],
  },
  {
    hoursAgo: 18,
    lines: [
      ["KAC-FIL-100", 2],
      ["ASH-TRL-12", 1],
    ],
    badAddress: "unlocated",
    ...unfulfilled,
    flags: [["ADDRESS_INVALID", "ATTENTION"]],
  },
  {
    hoursAgo: 121,
    lines: [
      ["KAC-PRS-EMB", 1],
      ["ASH-INS-08", 2],
    ],
    ...unfulfilled,
    flags: [["LATE_FULFILMENT", "ATTENTION"]],
  },
  {
    hoursAgo: 98,
    lines: [
      ["LLC-LNT-BRS", 1],
      ["LLC-OIL-1L", 1],
    ],
    ...unfulfilled,
    flags: [["LATE_FULFILMENT", "ATTENTION"]],
  },
  { hoursAgo: 146, lines: [["TRN-BAG-OLV", 1]], ...unfulfilled, flags: [["LATE_FULFILMENT", "ATTENTION"]] },
  { hoursAgo: 103, lines: [["MBK-POT-03", 1]], ...unfulfilled, flags: [["LATE_FULFILMENT", "SNOOZED"]] },
  {
    hoursAgo: 200,
    lines: [
      ["ASH-TRL-12", 2],
      ["ASH-TRL-32", 1],
    ],
    fulfillment: "PARTIALLY_FULFILLED",
    shipped: [[20, "DELIVERED"]],
    flags: [["PARTIAL_STALE", "ATTENTION"]],
  },
  {
    hoursAgo: 270,
    lines: [
      ["KAC-DRP-SLT", 1],
      ["KAC-GRN-02", 1],
    ],
    fulfillment: "PARTIALLY_FULFILLED",
    shipped: [[26, "DELIVERED"]],
    flags: [["PARTIAL_STALE", "ATTENTION"]],
  },
  {
    hoursAgo: 150,
    lines: [["TRN-BLK-CHR", 1]],
    shipped: [[18, "DELAYED"]],
    flags: [["DELIVERY_PROBLEM", "ATTENTION"]],
  },
  {
    hoursAgo: 190,
    lines: [["LLC-CND-CED", 3]],
    shipped: [[22, "FAILURE"]],
    flags: [["DELIVERY_PROBLEM", "ATTENTION"]],
  },
  {
    hoursAgo: 290,
    lines: [["KAC-KET-08", 1]],
    shipped: [[20, "NOT_DELIVERED"]],
    flags: [["DELIVERY_PROBLEM", "ATTENTION"]],
  },
  {
    hoursAgo: 97,
    lines: [["MBK-MUG-CRM", 6]],
    financial: "PENDING",
    ...unfulfilled,
    tags: ["bank-transfer"],
    flags: [["UNPAID_AGING", "ATTENTION"]],
  },
  {
    hoursAgo: 149,
    lines: [
      ["MBK-PLT-04", 2],
      ["MBK-MUG-RST", 4],
    ],
    financial: "PARTIALLY_PAID",
    ...unfulfilled,
    flags: [["UNPAID_AGING", "ATTENTION"]],
  },
  {
    hoursAgo: 152,
    lines: [["LLC-FST-10", 1]],
    financial: "AUTHORIZED",
    ...unfulfilled,
    flags: [["UNPAID_AGING", "SNOOZED"]],
  },
  {
    hoursAgo: 125,
    lines: [["TRN-SCK-LXL", 2]],
    fulfillment: "ON_HOLD",
    tags: ["address-check"],
    flags: [["ON_HOLD_LONG", "ATTENTION"]],
  },
  {
    hoursAgo: 170,
    lines: [["KAC-GRN-02", 1]],
    fulfillment: "ON_HOLD",
    tags: ["out-of-stock"],
    flags: [["ON_HOLD_LONG", "ATTENTION"]],
  },
  {
    hoursAgo: 11,
    lines: [
      ["TRN-BLK-HEA", 1],
      ["TRN-SCK-SM", 1],
    ],
    discountPercent: 45,
    ...unfulfilled,
    flags: [["HIGH_DISCOUNT", "ATTENTION"]],
  },
  {
    hoursAgo: 33,
    lines: [["LLC-LNT-BLK", 1]],
    discountPercent: 60,
    ...unfulfilled,
    flags: [["HIGH_DISCOUNT", "ATTENTION"]],
  },
  {
    hoursAgo: 470,
    lines: [["MBK-MUG-RST", 6]],
    refundedAfterHours: [150, 260, 400],
    flags: [["MANY_REFUNDS", "ATTENTION"]],
  },
  {
    hoursAgo: 600,
    lines: [["LLC-CND-JUN", 4]],
    refundedAfterHours: [200, 480, 560],
    flags: [["MANY_REFUNDS", "SNOOZED"]],
  },
  { hoursAgo: 26, lines: [["ASH-TRL-12", 1]], customer: "three in a day", ...unfulfilled, flags: [] },
  { hoursAgo: 17, lines: [["ASH-SWB-12", 1]], customer: "three in a day", ...unfulfilled, flags: [] },
  {
    hoursAgo: 4,
    lines: [["ASH-DEC-12", 1]],
    customer: "three in a day",
    ...unfulfilled,
    flags: [["RAPID_REPEAT", "ATTENTION"]],
  },
  { hoursAgo: 68, lines: [["TRN-WAX-01", 1]], customer: "three at the weekend", flags: [] },
  { hoursAgo: 63, lines: [["KAC-PCH-01", 1]], customer: "three at the weekend", flags: [] },
  {
    hoursAgo: 50,
    lines: [["LLC-GLB-01", 1]],
    customer: "three at the weekend",
    flags: [["RAPID_REPEAT", "SNOOZED"]],
  },
  {
    hoursAgo: 8,
    lines: [["TRN-BLK-CHR", 1]],
    ...unfulfilled,
    note: "It is a birthday present: please leave the invoice out, and could the card say “for the porch, love J.”?",
    flags: [["NOTE_PRESENT", "ATTENTION"]],
  },
  {
    hoursAgo: 16,
    lines: [
      ["LLC-LNT-BRS", 1],
      ["LLC-WCK-03", 2],
    ],
    ...unfulfilled,
    note: "Side door please, the front bell has given up. Dog is friendly.",
    flags: [["NOTE_PRESENT", "ATTENTION"]],
  },
  {
    hoursAgo: 39,
    lines: [["KAC-PRS-MOS", 1]],
    ...unfulfilled,
    note: "We are away until the 24th, no need to ship before then.",
    flags: [["NOTE_PRESENT", "SNOOZED"]],
  },
  { hoursAgo: 12, lines: [["MBK-MUG-FOR", 6]], ...unfulfilled, flags: [["OVERSOLD", "ATTENTION"]] },
  { hoursAgo: 25, lines: [["TRN-SCK-LXL", 3]], ...unfulfilled, flags: [["OVERSOLD", "ATTENTION"]] },
];

const SETTLED: Incident[] = [
  {
    hoursAgo: 340,
    lines: [["KAC-GRN-02", 4]],
    firstOrder: true,
    risk: "HIGH",
    cancelledAfterHours: 5,
    tags: ["fraud"],
    flags: [["RISK_HIGH", "RESOLVED"]],
  },
  {
    hoursAgo: 1320,
    lines: [["LLC-LNT-BLK", 3]],
    firstOrder: true,
    risk: "HIGH",
    cancelledAfterHours: 9,
    tags: ["fraud"],
    flags: [["RISK_HIGH", "ARCHIVED"]],
  },
  { hoursAgo: 410, lines: [["TRN-BLK-HEA", 1]], risk: "MEDIUM", flags: [["RISK_MEDIUM", "RESOLVED"]] },
  { hoursAgo: 1500, lines: [["KAC-KET-08", 1]], risk: "MEDIUM", flags: [["RISK_MEDIUM", "ARCHIVED"]] },
  { hoursAgo: 220, lines: [["ASH-TRL-12", 2]], flags: [["RISK_PENDING", "RESOLVED"]] },
  {
    hoursAgo: 240,
    lines: [
      ["MBK-CRT-12", 3],
      ["KAC-DRP-SLT", 2],
    ],
    tags: ["wholesale"],
    flags: [["HIGH_VALUE", "RESOLVED"]],
  },
  { hoursAgo: 530, lines: [["MBK-CRT-12", 4]], tags: ["wholesale"], flags: [["HIGH_VALUE", "RESOLVED"]] },
  {
    hoursAgo: 1180,
    lines: [
      ["TRN-BAG-OLV", 2],
      ["TRN-BLK-CHR", 2],
    ],
    flags: [["HIGH_VALUE", "ARCHIVED"]],
  },
  {
    hoursAgo: 1710,
    lines: [["LLC-FST-10", 8]],
    firstOrder: true,
    flags: [
      ["HIGH_VALUE", "ARCHIVED"],
      ["FIRST_ORDER_HIGH_VALUE", "ARCHIVED"],
    ],
  },
  {
    hoursAgo: 360,
    lines: [["TRN-TWL-02", 1]],
    billing: "elsewhere",
    flags: [["ADDRESS_MISMATCH", "RESOLVED"]],
  },
  { hoursAgo: 390, lines: [["ASH-SWB-32", 1]], flags: [["ADDRESS_INVALID", "RESOLVED"]] },
  {
    hoursAgo: 300,
    lines: [["LLC-OIL-1L", 2]],
    shipped: [[82, "DELIVERED"]],
    flags: [["LATE_FULFILMENT", "RESOLVED"]],
  },
  {
    hoursAgo: 700,
    lines: [["KAC-GRN-02", 1]],
    shipped: [[95, "DELIVERED"]],
    flags: [["LATE_FULFILMENT", "RESOLVED"]],
  },
  {
    hoursAgo: 1260,
    lines: [["MBK-PLT-04", 1]],
    shipped: [[119, "DELIVERED"]],
    flags: [["LATE_FULFILMENT", "ARCHIVED"]],
  },
  {
    hoursAgo: 640,
    lines: [
      ["TRN-BLK-HEA", 1],
      ["TRN-WAX-01", 1],
    ],
    shipped: [
      [24, "DELIVERED"],
      [190, "DELIVERED"],
    ],
    flags: [["PARTIAL_STALE", "RESOLVED"]],
  },
  {
    hoursAgo: 480,
    lines: [["LLC-LNT-BRS", 1]],
    shipped: [[21, "DELIVERED"]],
    flags: [["DELIVERY_PROBLEM", "RESOLVED"]],
  },
  {
    hoursAgo: 560,
    lines: [["MBK-MUG-CRM", 8]],
    tags: ["bank-transfer"],
    shipped: [[130, "DELIVERED"]],
    flags: [["UNPAID_AGING", "RESOLVED"]],
  },
  {
    hoursAgo: 860,
    lines: [["KAC-BUR-01", 1]],
    shipped: [[140, "DELIVERED"]],
    flags: [["ON_HOLD_LONG", "ARCHIVED"]],
  },
  {
    hoursAgo: 1020,
    lines: [["LLC-CND-CED", 2]],
    discountPercent: 50,
    flags: [["HIGH_DISCOUNT", "ARCHIVED"]],
  },
  {
    hoursAgo: 620,
    lines: [
      ["ASH-TRL-12", 1],
      ["KAC-FIL-100", 1],
    ],
    note: "Thank you for the handwritten card last time!",
    flags: [["NOTE_PRESENT", "ARCHIVED"]],
  },
  { hoursAgo: 760, lines: [["KAC-PRS-EMB", 2]], flags: [["OVERSOLD", "RESOLVED"]] },
];

export const INCIDENTS: Incident[] = [...TODAY, ...SETTLED];
