import type { HeadersFunction } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";

/** Hands the headers of thrown answers through to the page, as App Bridge's retries need them. */
export const headers: HeadersFunction = (args) => boundary.headers(args);
