/** The admin's page: what surrounds the app's frame. */
import { watchCopyButtons } from "./copy-buttons";
import { connectFrame } from "./frame";
import { watchMenu } from "./menu";
import { watchWebhookForm } from "./webhook-form";

export type PageData = { handle?: string; frameOrigin?: string; shop?: string };

const data = JSON.parse(document.getElementById("page-data")!.textContent || "{}") as PageData;

watchMenu();
if (data.frameOrigin && data.handle) connectFrame(data.frameOrigin, data.handle);
const { shop } = data;
if (shop) addEventListener("DOMContentLoaded", () => watchWebhookForm(shop));
addEventListener("DOMContentLoaded", watchCopyButtons);
