/** bulk_operations/finish: nothing here runs bulk operations yet, so whichever ends is somebody else's, and said so. */
import { z } from "zod";
import type { TopicHandler } from "../handler";
import { parsePayload } from "../payload";

const operationPayload = z.object({
  admin_graphql_api_id: z.string().regex(/^gid:\/\/shopify\/BulkOperation\/\d{1,20}$/, {
    error: "expected a GID of BulkOperation",
  }),
  /** completed, failed, canceled, expired */
  status: z.string().regex(/^[a-z_]{1,40}$/i, { error: "expected a status" }),
  error_code: z
    .string()
    .regex(/^[a-z_]{1,40}$/i, { error: "expected a code" })
    .nullish(),
});

export const bulkOperationFinished: TopicHandler = {
  of: "installed",
  handle({ event }) {
    const { status, error_code: code } = parsePayload(operationPayload, event.payload);
    const end = status === "completed" ? "completed" : `ended as ${status}${code ? ` (${code})` : ""}`;
    return Promise.resolve({ skipped: `A bulk operation that Backroom did not start ${end}.` });
  },
};
