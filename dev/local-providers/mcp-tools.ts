/** What a shop's MCP server offers: six tools that only read, and always answer the same. */
import { z } from "zod";

export type LocalTool = {
  name: string;
  title: string;
  description: string;
  input: z.ZodObject;
  /** Null when there is no such thing: the tool's own failure */
  run: (args: Record<string, unknown>) => Record<string, unknown> | null;
};

const ARTICLES = [
  {
    id: "care-canvas",
    title: "Caring for waxed canvas",
    body: "Brush it dry, re-wax once a year, never machine-wash.",
  },
  {
    id: "returns",
    title: "Returning an order",
    body: "Within 30 days, unused. We send a label; refunds take 5 days.",
  },
  { id: "sizing", title: "Choosing an apron", body: "Regular fits 150 to 180 cm, long fits from 175 cm." },
  { id: "shipping", title: "How we ship", body: "Orders before noon leave the same day, tracked." },
];
const PRODUCTS = [
  { sku: "ROLL-12", title: "Canvas tool roll", priceMinor: 6400, available: true },
  { sku: "APRON-W", title: "Waxed apron", priceMinor: 8900, available: true },
  { sku: "WAX-50", title: "Beeswax dressing, 50 g", priceMinor: 1400, available: false },
];
const ORDERS: Record<string, { status: string; items: number }> = {
  "#1001": { status: "delivered", items: 2 },
  "#1002": { status: "in transit", items: 1 },
};
const DAYS_TO: Record<string, number> = { US: 3, CA: 6, GB: 8, DE: 9 };

const matching = (text: string, words: unknown) =>
  String(words)
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));

export const LOCAL_TOOLS: LocalTool[] = [
  {
    name: "list_articles",
    title: "List articles",
    description: "The articles of the help centre, by title.",
    input: z.object({}),
    run: () => ({ articles: ARTICLES.map(({ id, title }) => ({ id, title })) }),
  },
  {
    name: "search_help_centre",
    title: "Search the help centre",
    description: "Articles that contain all of the words.",
    input: z.object({ query: z.string().min(1).max(200).describe("Words to look for") }),
    run: ({ query }) => ({ articles: ARTICLES.filter((one) => matching(`${one.title} ${one.body}`, query)) }),
  },
  {
    name: "search_products",
    title: "Search products",
    description: "Products whose name contains all of the words.",
    input: z.object({
      query: z.string().min(1).max(200),
      onlyAvailable: z.boolean().default(false).describe("Leave out what is sold out"),
    }),
    run: ({ query, onlyAvailable }) => ({
      products: PRODUCTS.filter((one) => matching(one.title, query) && (one.available || !onlyAvailable)),
    }),
  },
  {
    name: "lookup_order",
    title: "Look up an order",
    description: "Where an order is, by its number.",
    input: z.object({
      number: z
        .string()
        .regex(/^#\d+$/)
        .describe("As the customer knows it, e.g. #1001"),
    }),
    run: ({ number }) => ORDERS[String(number)] ?? null,
  },
  {
    name: "shipping_estimate",
    title: "Estimate shipping",
    description: "Working days to a country.",
    input: z.object({ country: z.string().length(2).describe("ISO 3166-1, e.g. US") }),
    run: ({ country }) => {
      const workingDays = DAYS_TO[String(country).toUpperCase()];
      return workingDays === undefined ? null : { workingDays };
    },
  },
  {
    name: "opening_hours",
    title: "Opening hours",
    description: "When the workshop in Beacon is open, on a day of the week.",
    input: z.object({ day: z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]) }),
    run: ({ day }) => (day === "sun" ? { closed: true } : { opensAt: "10:00", closesAt: "17:00" }),
  },
];

/** A tool's answer as MCP has it. */
export function toolResult(tool: LocalTool, args: Record<string, unknown>) {
  const found = tool.run(args);
  if (!found) return { isError: true, content: [{ type: "text" as const, text: "Nothing was found." }] };
  return { content: [{ type: "text" as const, text: JSON.stringify(found) }], structuredContent: found };
}
