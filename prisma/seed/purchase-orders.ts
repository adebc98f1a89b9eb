/** Six orders to vendors, one or more in every status; what is still to come agrees with the catalogue's `incoming`. */
import type { Catalogue, CatalogueVariant } from "./catalogue-types";
import type { Vendor } from "./catalogue-products";
import { idFor } from "./ids";
import { after, DAY, HOUR, instantOf } from "./instant";
import type { Receipt } from "./kpis";
import { stamp, type Rows, type SeedRows } from "./rows";

type Plan = {
  vendor: Vendor;
  status: Rows["PurchaseOrder"]["status"];
  createdDay: string;
  orderedDay?: string;
  expectedDay?: string;
  arrivedDay?: string;
  note?: string;
  /** [sku, quantity, received] */
  lines: [string, number, number][];
};

export const PURCHASE_ORDERS: Plan[] = [
  {
    vendor: "Ashgrove Roasters",
    status: "RECEIVED",
    createdDay: "2026-10-19",
    orderedDay: "2026-10-20",
    expectedDay: "2026-10-26",
    arrivedDay: "2026-10-26",
    note: "Two sacks of Trailhead were roasted a shade darker; Ben cupped them and kept them.",
    lines: [
      ["ASH-TRL-12", 120, 120],
      ["ASH-TRL-12G", 72, 72],
      ["ASH-SWB-12", 72, 72],
    ],
  },
  {
    vendor: "Millbrook Enamel",
    status: "PARTIALLY_RECEIVED",
    createdDay: "2026-10-01",
    orderedDay: "2026-10-02",
    expectedDay: "2026-11-20",
    arrivedDay: "2026-10-30",
    note: "Forest glaze is held up at the kiln; they ship the rest when it passes.",
    lines: [
      ["MBK-MUG-CRM", 96, 96],
      ["MBK-MUG-FOR", 144, 0],
      ["MBK-PLT-04", 24, 24],
    ],
  },
  {
    vendor: "Lowland Lamp Co.",
    status: "CANCELLED",
    createdDay: "2026-10-14",
    note: "Minimum is 24 strings now. Not before spring.",
    lines: [
      ["LLC-FST-10", 12, 0],
      ["LLC-WCK-03", 60, 0],
    ],
  },
  {
    vendor: "Kettle & Cairn",
    status: "ORDERED",
    createdDay: "2026-11-05",
    orderedDay: "2026-11-06",
    expectedDay: "2026-11-27",
    lines: [["KAC-GRN-02", 60, 0]],
  },
  {
    vendor: "Ashgrove Roasters",
    status: "ORDERED",
    createdDay: "2026-11-11",
    orderedDay: "2026-11-12",
    expectedDay: "2026-11-18",
    note: "Ask for the roast date on the 2 lb bags.",
    lines: [
      ["ASH-TRL-32", 36, 0],
      ["ASH-TRL-12G", 48, 0],
    ],
  },
  {
    vendor: "Tarn Textiles",
    status: "DRAFT",
    createdDay: "2026-11-16",
    lines: [
      ["TRN-SCK-LXL", 80, 0],
      ["TRN-SCK-SM", 60, 0],
      ["TRN-BLK-HEA", 24, 0],
    ],
  },
];

/** What has arrived, for whoever counts the stock back in time. */
export const RECEIPTS: Receipt[] = PURCHASE_ORDERS.flatMap(({ arrivedDay, lines }) =>
  arrivedDay ? lines.map(([sku, , received]) => ({ sku, day: arrivedDay, quantity: received })) : [],
);

export function purchaseOrderRows(catalogue: Catalogue, storeId: string): SeedRows {
  const variants = new Map(
    catalogue.products.flatMap(({ title, variants }) =>
      variants.map((variant) => [variant.sku, { variant, title: lineTitle(title, variant) }]),
    ),
  );
  const { domain, currency, ianaTimezone } = catalogue.shop;
  const orders: Rows["PurchaseOrder"][] = [];
  const lines: Rows["PurchaseOrderLine"][] = [];
  for (const [i, plan] of PURCHASE_ORDERS.entries()) {
    const number = `PO-${String(i + 1).padStart(4, "0")}`;
    const id = idFor("PurchaseOrder", domain, number);
    const at = (day: string | undefined, hour: number) =>
      day ? instantOf(day, hour * 60, ianaTimezone) : null;
    const createdAt = at(plan.createdDay, 9)!;
    const orderedAt = at(plan.orderedDay, 11);
    const arrivedAt = at(plan.arrivedDay, 14);
    const ofOrder = plan.lines.map(([sku, quantity, receivedQuantity]): Rows["PurchaseOrderLine"] => {
      const { variant, title } = variants.get(sku)!;
      return {
        id: idFor("PurchaseOrderLine", domain, number, sku),
        ...stamp(createdAt, receivedQuantity && arrivedAt ? arrivedAt : createdAt),
        storeId,
        purchaseOrderId: id,
        variantGid: variant.gid,
        sku,
        title,
        quantity,
        receivedQuantity,
        unitCostMinor: BigInt(variant.unitCostMinor),
      };
    });
    lines.push(...ofOrder);
    orders.push({
      id,
      ...stamp(
        createdAt,
        arrivedAt ??
          orderedAt ??
          (plan.status === "CANCELLED" ? after(createdAt, 2 * DAY + HOUR) : createdAt),
      ),
      storeId,
      number,
      vendor: plan.vendor,
      status: plan.status,
      currency,
      totalMinor: ofOrder.reduce((sum, line) => sum + BigInt(line.quantity) * line.unitCostMinor, 0n),
      note: plan.note ?? null,
      orderedAt,
      expectedDay: plan.expectedDay ?? null,
      receivedAt: plan.status === "RECEIVED" ? arrivedAt : null,
    });
  }
  return { PurchaseOrder: orders, PurchaseOrderLine: lines };
}

function lineTitle(product: string, variant: CatalogueVariant): string {
  return variant.title === "Default Title" ? product : `${product} - ${variant.title}`;
}
