/** What the demo shop sells. Money in US cents; `demand` steers the order generator and is not part of the catalogue. */

export type Demand = {
  kind: "smooth" | "erratic" | "intermittent" | "lumpy" | "new";
  weight: number;
  /** Sold out on this day: no sales after it */
  untilDay?: string;
};

export type VariantSpec = {
  sku: string;
  title: string;
  price: number;
  cost: number;
  available: number;
  incoming?: number;
  demand: Demand;
};

export type ProductSpec = {
  title: string;
  vendor: Vendor;
  type: string;
  status?: "ACTIVE" | "DRAFT" | "ARCHIVED";
  seoTitle?: string;
  seoDescription?: string;
  variants: VariantSpec[];
};

/** Days from an order to the delivery, as the shop has learnt them. */
export const LEAD_TIME_DAYS = {
  "Ashgrove Roasters": 6,
  "Kettle & Cairn": 21,
  "Millbrook Enamel": 28,
  "Tarn Textiles": 18,
  "Lowland Lamp Co.": 14,
} as const;

export type Vendor = keyof typeof LEAD_TIME_DAYS;

const smooth = (weight: number, untilDay?: string): Demand => ({ kind: "smooth", weight, untilDay });
const erratic = (weight: number, untilDay?: string): Demand => ({ kind: "erratic", weight, untilDay });
const intermittent = (weight: number): Demand => ({ kind: "intermittent", weight });
const lumpy = (weight: number): Demand => ({ kind: "lumpy", weight });

const ONE = "Default Title";

export const PRODUCTS: ProductSpec[] = [
  {
    title: "Trailhead Blend",
    vendor: "Ashgrove Roasters",
    type: "Coffee",
    seoTitle: "Trailhead Blend Coffee, Roasted Weekly | Fernhill Supply",
    seoDescription:
      "A medium roast for mornings outdoors: cocoa, toasted hazelnut and a little orange. Roasted every Tuesday, shipped on Wednesday.",
    variants: [
      {
        sku: "ASH-TRL-12",
        title: "12 oz, whole bean",
        price: 1750,
        cost: 820,
        available: 96,
        demand: smooth(14),
      },
      {
        sku: "ASH-TRL-12G",
        title: "12 oz, ground",
        price: 1750,
        cost: 840,
        available: 27,
        incoming: 48,
        demand: smooth(10),
      },
      {
        sku: "ASH-TRL-32",
        title: "2 lb, whole bean",
        price: 3900,
        cost: 1950,
        available: 0,
        incoming: 36,
        demand: smooth(6, "2026-11-11"),
      },
    ],
  },
  {
    title: "Switchback Espresso",
    vendor: "Ashgrove Roasters",
    type: "Coffee",
    seoTitle: "Switchback Espresso | Fernhill Supply",
    seoDescription:
      "Dark, syrupy and forgiving: an espresso roast that also stands up to a moka pot on a camp stove. Notes of molasses and dried fig.",
    variants: [
      {
        sku: "ASH-SWB-12",
        title: "12 oz, whole bean",
        price: 1850,
        cost: 880,
        available: 58,
        demand: smooth(9),
      },
      {
        sku: "ASH-SWB-32",
        title: "2 lb, whole bean",
        price: 4100,
        cost: 2050,
        available: 14,
        demand: erratic(4),
      },
    ],
  },
  {
    title: "Low Tide Decaf",
    vendor: "Ashgrove Roasters",
    type: "Coffee",
    variants: [{ sku: "ASH-DEC-12", title: ONE, price: 1800, cost: 910, available: 6, demand: smooth(5) }],
  },
  {
    title: "Basecamp Instant",
    vendor: "Ashgrove Roasters",
    type: "Coffee",
    seoTitle: "Basecamp Instant Coffee: Eight Single Sachets of Freeze-Dried Trailhead Blend for the Trail",
    seoDescription: "Instant coffee.",
    variants: [
      { sku: "ASH-INS-08", title: "8 sachets", price: 1400, cost: 560, available: 140, demand: smooth(8) },
    ],
  },
  {
    title: "First Frost Holiday Roast",
    vendor: "Ashgrove Roasters",
    type: "Coffee",
    variants: [
      {
        sku: "ASH-FRO-12",
        title: ONE,
        price: 1900,
        cost: 940,
        available: 118,
        demand: { kind: "new", weight: 12 },
      },
    ],
  },
  {
    title: "Cairn Pour-Over Dripper",
    vendor: "Kettle & Cairn",
    type: "Brewing",
    seoTitle: "Cairn Pour-Over Coffee Dripper in Stoneware",
    seoDescription:
      "A stoneware dripper that sits on any mug, with ribs that let the bloom breathe. Takes size 02 paper filters. Made in small kilns.",
    variants: [
      { sku: "KAC-DRP-SLT", title: "Slate", price: 3200, cost: 1280, available: 73, demand: smooth(6) },
      { sku: "KAC-DRP-SND", title: "Sand", price: 3200, cost: 1280, available: 19, demand: erratic(4) },
    ],
  },
  {
    title: "Folding Camp Kettle 0.8 L",
    vendor: "Kettle & Cairn",
    type: "Brewing",
    seoTitle: "Folding Camp Kettle, 0.8 Litres, Stainless Steel",
    seoDescription:
      "A stainless kettle whose handle folds flat and whose spout pours slowly enough for coffee. Boils on gas, wood or induction.",
    variants: [{ sku: "KAC-KET-08", title: ONE, price: 5800, cost: 2550, available: 8, demand: smooth(4) }],
  },
  {
    title: "Hand Grinder Mk II",
    vendor: "Kettle & Cairn",
    type: "Brewing",
    seoTitle: "Hand Coffee Grinder Mk II with Steel Burrs",
    seoDescription:
      "Forty clicks from Turkish to French press, steel burrs, a walnut knob, and a body slim enough for an AeroPress. Grinds 20 g in a minute.",
    variants: [
      {
        sku: "KAC-GRN-02",
        title: ONE,
        price: 8400,
        cost: 3900,
        available: 0,
        incoming: 60,
        demand: smooth(5, "2026-11-09"),
      },
    ],
  },
  {
    title: "Grinder Burr Set",
    vendor: "Kettle & Cairn",
    type: "Spare parts",
    variants: [
      { sku: "KAC-BUR-01", title: ONE, price: 2200, cost: 830, available: 26, demand: intermittent(1) },
    ],
  },
  {
    title: "Paper Filters 02",
    vendor: "Kettle & Cairn",
    type: "Brewing",
    seoTitle: "Paper Coffee Filters, Size 02, Pack of 100",
    seoDescription: "Paper coffee filters for everyday brewing. Shop now.",
    variants: [
      { sku: "KAC-FIL-100", title: "100 pack", price: 900, cost: 260, available: 210, demand: smooth(9) },
    ],
  },
  {
    title: "Canvas Filter Pouch",
    vendor: "Kettle & Cairn",
    type: "Brewing",
    seoDescription: "Paper coffee filters for everyday brewing. Shop now.",
    variants: [
      { sku: "KAC-PCH-01", title: ONE, price: 1600, cost: 540, available: 33, demand: intermittent(1) },
    ],
  },
  {
    title: "Travel Press 12 oz",
    vendor: "Kettle & Cairn",
    type: "Brewing",
    seoTitle: "Insulated Travel Coffee Press, 12 oz",
    seoDescription:
      "Brew, press and drink from the same double-walled cup. Keeps coffee hot for three hours and does not leak upside down in a pack.",
    variants: [
      { sku: "KAC-PRS-MOS", title: "Moss", price: 3800, cost: 1490, available: 31, demand: smooth(5) },
      { sku: "KAC-PRS-EMB", title: "Ember", price: 3800, cost: 1490, available: 3, demand: erratic(4) },
    ],
  },
  {
    title: "Enamel Mug",
    vendor: "Millbrook Enamel",
    type: "Tableware",
    seoTitle: "Enamel Camp Mug, 12 oz | Fernhill Supply",
    seoDescription:
      "Steel under two coats of enamel, rolled rim, made to be dropped. Chips are honest wear, not a fault. Twelve ounces to the brim.",
    variants: [
      { sku: "MBK-MUG-CRM", title: "Cream", price: 1400, cost: 470, available: 152, demand: smooth(9) },
      {
        sku: "MBK-MUG-FOR",
        title: "Forest",
        price: 1400,
        cost: 470,
        available: -3,
        incoming: 144,
        demand: smooth(7),
      },
      { sku: "MBK-MUG-RST", title: "Rust", price: 1400, cost: 470, available: 37, demand: erratic(4) },
      { sku: "MBK-MUG-MID", title: "Midnight", price: 1400, cost: 470, available: 64, demand: lumpy(8) },
    ],
  },
  {
    title: "Enamel Plate, Set of 4",
    vendor: "Millbrook Enamel",
    type: "Tableware",
    seoTitle: "Enamel Camp Mug, 12 oz | Fernhill Supply",
    seoDescription:
      "Four ten-inch enamel plates that stack flat and rinse clean in a stream. Oven-safe, campfire-safe, toddler-safe.",
    variants: [{ sku: "MBK-PLT-04", title: ONE, price: 4800, cost: 1900, available: 27, demand: erratic(4) }],
  },
  {
    title: "Stew Pot 3 qt",
    vendor: "Millbrook Enamel",
    type: "Cookware",
    variants: [
      { sku: "MBK-POT-03", title: ONE, price: 7200, cost: 3100, available: 11, demand: intermittent(1) },
    ],
  },
  {
    title: "Mug Crate, 12 Assorted",
    vendor: "Millbrook Enamel",
    type: "Tableware",
    seoTitle: "Crate of 12 Enamel Mugs",
    seoDescription:
      "Twelve enamel mugs in four colours, packed in straw in a pine crate. For cabins, cafés and large families.",
    variants: [{ sku: "MBK-CRT-12", title: ONE, price: 13200, cost: 5900, available: 5, demand: lumpy(1) }],
  },
  {
    title: "Wool Camp Blanket",
    vendor: "Tarn Textiles",
    type: "Textiles",
    seoTitle: "Wool Camp Blanket, 60 × 80 in",
    seoDescription:
      "Recycled wool with a whipped edge, heavy enough for a cold porch and happy to smell of smoke. Sixty by eighty inches.",
    variants: [
      {
        sku: "TRN-BLK-HEA",
        title: "Heather",
        price: 11800,
        cost: 5300,
        available: 9,
        demand: erratic(3),
      },
      { sku: "TRN-BLK-CHR", title: "Charcoal", price: 11800, cost: 5300, available: 24, demand: smooth(4) },
    ],
  },
  {
    title: "Linen Tea Towels, Pair",
    vendor: "Tarn Textiles",
    type: "Textiles",
    variants: [{ sku: "TRN-TWL-02", title: ONE, price: 2600, cost: 960, available: 88, demand: smooth(6) }],
  },
  {
    title: "Waxed Roll Bag 18 L",
    vendor: "Tarn Textiles",
    type: "Bags",
    seoTitle: "Waxed Canvas Roll-Top Bag, 18 Litres",
    seoDescription:
      "A roll-top day bag in waxed canvas with a leather strap and brass keepers. Rewax it once a year and hand it down.",
    variants: [
      {
        sku: "TRN-BAG-OLV",
        title: "Olive",
        price: 9600,
        cost: 4200,
        available: 12,
        demand: intermittent(1.2),
      },
      {
        sku: "TRN-BAG-TAN",
        title: "Tan",
        price: 9600,
        cost: 4200,
        available: 0,
        demand: erratic(3, "2026-11-03"),
      },
    ],
  },
  {
    title: "Beeswax Bar",
    vendor: "Tarn Textiles",
    type: "Care",
    variants: [{ sku: "TRN-WAX-01", title: ONE, price: 1100, cost: 310, available: 54, demand: smooth(6) }],
  },
  {
    title: "Wool Bed Socks",
    vendor: "Tarn Textiles",
    type: "Textiles",
    seoTitle: "Thick Wool Bed Socks",
    seoDescription:
      "Terry-knit inside, ribbed at the ankle, and long enough to stay put. The thing people come back for every November.",
    variants: [
      { sku: "TRN-SCK-SM", title: "S/M", price: 2400, cost: 890, available: 17, demand: smooth(7) },
      {
        sku: "TRN-SCK-LXL",
        title: "L/XL",
        price: 2400,
        cost: 890,
        available: -2,
        demand: smooth(6),
      },
    ],
  },
  {
    title: "Storm Lantern",
    vendor: "Lowland Lamp Co.",
    type: "Lighting",
    seoTitle: "Storm Lantern with Glass Globe",
    seoDescription:
      "A cold-blast paraffin lantern that keeps burning in rain and a good gale. Twenty hours on one filling; spare globes and wicks in stock.",
    variants: [
      { sku: "LLC-LNT-BRS", title: "Brass", price: 6800, cost: 3000, available: 5, demand: smooth(4) },
      { sku: "LLC-LNT-BLK", title: "Black", price: 6800, cost: 2900, available: 29, demand: erratic(3) },
    ],
  },
  {
    title: "Lantern Wick, 3 Pack",
    vendor: "Lowland Lamp Co.",
    type: "Spare parts",
    variants: [{ sku: "LLC-WCK-03", title: ONE, price: 800, cost: 190, available: 120, demand: lumpy(6) }],
  },
  {
    title: "Citronella Lamp Oil 1 L",
    vendor: "Lowland Lamp Co.",
    type: "Lighting",
    variants: [{ sku: "LLC-OIL-1L", title: ONE, price: 1900, cost: 720, available: 25, demand: smooth(4) }],
  },
  {
    title: "Spare Glass Globe",
    vendor: "Lowland Lamp Co.",
    type: "Spare parts",
    variants: [
      { sku: "LLC-GLB-01", title: ONE, price: 1700, cost: 590, available: 18, demand: intermittent(1.2) },
    ],
  },
  {
    title: "Candle Tin",
    vendor: "Lowland Lamp Co.",
    type: "Lighting",
    seoTitle: "Soy Candle in a Tin, 40 Hours",
    seoDescription:
      "A forty-hour soy candle with a lid that keeps the dust out and the scent in. Cedar smells of a workshop, Juniper of rain.",
    variants: [
      { sku: "LLC-CND-CED", title: "Cedar", price: 2200, cost: 780, available: 67, demand: smooth(6) },
      { sku: "LLC-CND-JUN", title: "Juniper", price: 2200, cost: 780, available: 21, demand: erratic(4) },
    ],
  },
  {
    title: "Festoon Lights, String of 10",
    vendor: "Lowland Lamp Co.",
    type: "Lighting",
    seoTitle: "Festoon Lights",
    seoDescription: "Ten warm bulbs on eight metres of rubber cable. Leave them up all winter.",
    variants: [{ sku: "LLC-FST-10", title: ONE, price: 5400, cost: 2300, available: 16, demand: lumpy(2) }],
  },
];
