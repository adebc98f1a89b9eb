/** The report as one HTML file that a customer can read and print: no script, nothing loaded from elsewhere. */
import { personalValues, type PersonalValue } from "~/features/webhooks/personal-data";
import { formatShopDate, formatShopTime } from "~/platform/shop-time";
import { tellsOf, type Person } from "./person";
import type { ReportContent } from "./report-content.server";

type Report = ReportContent & { shop: string; customer: Person; requestedAt: Date; gatheredAt: Date };

export function renderReport(report: Report, ianaTimezone: string): string {
  const time = (instant: Date) => formatShopTime(instant, ianaTimezone);
  const { shop, customer, conversations, orderChecks } = report;
  const notices = groupNotices(report.notices, customer);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Your data at ${escape(shop)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Your data at ${escape(shop)}</h1>
<p>This is what ${escape(shop)} stores about you in Backroom, the app with which it answers customers and looks after orders. What the shop stores in Shopify itself is not part of it. Times are those of ${escape(ianaTimezone)}.</p>
${terms([
  ["Asked for on", formatShopDate(report.requestedAt, ianaTimezone)],
  ["Gathered on", time(report.gatheredAt)],
  ["E-mail address", customer.email],
  ["Phone number", customer.phone],
  ["Customer number", customer.customerId],
  ["Order numbers", customer.orderIds.join(", ")],
])}
<h2>What was searched</h2>
<table>
<thead><tr><th>Place</th><th>Found</th></tr></thead>
<tbody>${searched(report)
    .map(([place, found]) => `<tr><td>${escape(place)}</td><td>${found}</td></tr>`)
    .join("")}</tbody>
</table>
${isEmpty(report) ? "<p>Nothing is stored about you.</p>" : ""}
${section(
  "Conversations",
  conversations.map(
    ({ subject, openedAt, customerName, customerEmail, orderName, tags, messages }) =>
      `<h3>${escape(subject)}</h3>${terms([
        ["Begun", time(openedAt)],
        ["Name", customerName],
        ["E-mail address", customerEmail],
        ["Order", orderName],
        ["Labels", tags.join(", ")],
      ])}${messages
        .map(
          ({ from, at, text }) =>
            `<blockquote><p class="who">${AUTHORS[from]}, ${escape(time(at))}</p><p class="text">${escape(text)}</p></blockquote>`,
        )
        .join("")}`,
  ),
)}
${section(
  "Checks of your orders",
  orderChecks.map(
    (check) =>
      `<h3>Order ${escape(check.order)}: ${escape(check.check)}</h3>${terms([
        ["Ordered", time(check.placedAt)],
        ["Total", check.total],
        ["Name", check.customerName],
        ["Checked", time(check.checkedAt)],
        ["Found", check.measured],
        ["Compared with", check.threshold],
        ["Details", check.facts.join("; ")],
        ["The shop's note", check.note],
      ])}`,
  ),
)}
${section(
  "What Shopify told about you",
  notices.map(
    ({ topic, times, values, text }) =>
      `<h3>${escape(topicText(topic))}</h3><p>Received ${escape(times.map(time).join("; "))}</p>${
        text === null
          ? terms(values.map(({ path, text }) => [labelOf(path), text]))
          : `<p class="text">${escape(text)}</p>`
      }`,
  ),
)}
</body>
</html>
`;
}

function searched({ found }: ReportContent): [place: string, found: number][] {
  return [
    ["Conversations with you", found.Ticket ?? 0],
    ["Messages and notes in them", found.TicketMessage ?? 0],
    ["Checks of your orders, with notes", found.OrderFlag ?? 0],
    ["What Shopify told about you and your orders", found.WebhookEvent ?? 0],
  ];
}

function isEmpty({ found }: ReportContent): boolean {
  return Object.values(found).every((count) => !count);
}

const AUTHORS = {
  customer: "You",
  shop: "The shop",
  "shop, internal note": "The shop, to itself",
} as const;

/** Of an order that is told again and again, the same values are shown once. */
function groupNotices(notices: ReportContent["notices"], person: Person) {
  const tells = tellsOf(person);
  const groups = new Map<
    string,
    { topic: string; times: Date[]; values: PersonalValue[]; text: string | null }
  >();
  for (const { topic, receivedAt, payload } of notices) {
    const text = typeof payload === "string" ? payload : null;
    const values = text === null ? personalValues(payload, tells, ORDER_FACTS) : [];
    const key = JSON.stringify([topic, values, text]);
    const group = groups.get(key);
    if (group) group.times.push(receivedAt);
    else groups.set(key, { topic, times: [receivedAt], values, text });
  }
  return [...groups.values()];
}

/** Says which order it is and what was bought. */
const ORDER_FACTS = new Set([
  ...["name", "order_number", "order_id", "customer_id", "created_at", "processed_at", "cancelled_at"],
  ...["total_price", "currency", "title", "quantity", "sku", "status", "financial_status"],
]);

function topicText(topic: string): string {
  const [thing = "", event = ""] = topic.split("/");
  const text = `${thing.replace(/s$/, "")} ${event}`.replaceAll("_", " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function labelOf(path: string[]): string {
  return path.map((name) => name.replaceAll("_", " ")).join(" › ");
}

function section(title: string, items: string[]): string {
  if (!items.length) return "";
  return `<h2>${title}</h2>${items.map((item) => `<section>${item}</section>`).join("\n")}`;
}

function terms(of: [term: string, description: string | null][]): string {
  const rows = of.filter((row): row is [string, string] => Boolean(row[1]));
  if (!rows.length) return "";
  return `<dl>${rows
    .map(([term, text]) => `<div><dt>${escape(term)}</dt><dd>${escape(text)}</dd></div>`)
    .join("")}</dl>`;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

const STYLE = `
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; color: #1f1f1f; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
h2, h3 { break-after: avoid; }
dl { margin: 0.5rem 0; } dl div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 1rem; break-inside: avoid; }
dt { color: #555; } dd { margin: 0; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 0.25rem 0; border-bottom: 1px solid #ddd; }
th:last-child, td:last-child { text-align: right; }
blockquote { margin: 0.5rem 0; padding: 0.25rem 0 0.25rem 1rem; border-left: 3px solid #bbb; break-inside: avoid; }
blockquote p { margin: 0; } .who { color: #555; } .text { white-space: pre-wrap; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } }
@media (max-width: 30rem) { dl div { grid-template-columns: 1fr; gap: 0; } }
`;
