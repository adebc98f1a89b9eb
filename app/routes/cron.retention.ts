import type { ActionFunctionArgs } from "@remix-run/node";
import { sweep } from "~/features/retention/sweep.server";
import { cronAction } from "~/platform/http/cron-auth.server";
import { database } from "~/platform/db/database.server";
import { environment } from "~/platform/env.server";
import { stopping } from "~/platform/stopping.server";

// 200 report · 400 bad query · 401 wrong secret · 405 not POST · 409 already running · 503 no secret, or database away
const answer = ({ request }: ActionFunctionArgs) =>
  cronAction(request, async (query) =>
    sweep({ db: await database(), days: environment().env.retentionDays, signal: stopping }, query),
  );

export const action = answer;
export const loader = answer;
