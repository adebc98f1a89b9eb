import type { ActionFunctionArgs } from "@remix-run/node";
import { downloadReport } from "~/features/compliance/data-report.server";
import { forStore } from "~/features/stores/for-store.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import { respondJson } from "~/platform/http/respond.server";
import { log } from "~/platform/log.server";

export const loader = () => respondJson({ error: "Ask with POST." }, 405, { Allow: "POST" });

const TYPES = { html: "text/html; charset=utf-8", json: "application/json; charset=utf-8" };

// 200 the report as a file (?format=json, otherwise HTML) · 302 or 401 no valid session token · 404 no such request of this
// shop · 405 not POST · 409 the customer's data has been erased · 422 whom it is about is damaged · 503 database or KMS away
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, params, url }) => {
    const format = url.searchParams.get("format") === "json" ? "json" : "html";
    const asked = { requestId: params.id ?? "", format, actor, now } as const;
    const report = await downloadReport(db, keyProvider(), store, asked);
    if (report.outcome === "unknown") return respondJson({ error: "There is no such request." }, 404);
    if (report.outcome === "erased")
      return respondJson({ error: "This customer's data has been erased." }, 409);
    if (report.outcome === "unreadable")
      return respondJson({ error: "The record of whom this request is about is damaged." }, 422);
    // Who looked at a customer's data is kept in the log (Shopify's protected customer data, level 2).
    log.info({ shop: store.shopDomain, complianceRequest: params.id, actor }, "a data report was downloaded");
    return new Response(report.text, {
      headers: {
        "Content-Type": TYPES[format],
        "Content-Disposition": `attachment; filename="${report.fileName}"`,
        "Cache-Control": "no-store",
      },
    });
  });
