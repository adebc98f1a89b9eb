import type { ActionFunctionArgs } from "@remix-run/node";
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { runInbox } from "~/features/webhooks/inbox-run.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import { cronAction } from "~/platform/http/cron-auth.server";
import { database } from "~/platform/db/database.server";
import { now } from "~/platform/now.server";
import { stopping } from "~/platform/stopping.server";

// 200 report · 400 bad query · 401 wrong secret · 405 not POST · 409 already running · 503 no secret, or database away
const answer = ({ request }: ActionFunctionArgs) =>
  cronAction(request, async (query) =>
    runInbox(
      { db: await database(), keys: keyProvider(), handlers: HANDLERS, clock: now, signal: stopping },
      query,
    ),
  );

export const action = answer;
export const loader = answer;
