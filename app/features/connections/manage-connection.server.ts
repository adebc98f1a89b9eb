/** What a merchant does about one connection: connect, replace, rotate, test, disconnect, move the reminder. */
import { updateConnection } from "~/features/settings/settings.server";
import { inTransaction } from "~/platform/db/client.server";
import { adviceFor, adviceInForm } from "./advice";
import { connect } from "./connect.server";
import { done, failed, gone, invalid, refused, type Submitted } from "./connection-answer";
import type { ConnectionContext } from "./connection-context";
import { PROVIDER_NAMES, type Provider } from "./provider";
import { remind } from "./remind.server";
import { testStored } from "./retest.server";
import { listSites } from "./sites.server";
import { StoreSecretRepository } from "./store-secret.repository.server";
import { findOpenableConnection } from "./stored-connection.server";
import { withTestLimit } from "./test-limit.server";

/** Parses the form and does what it asks. Nothing is stored that has not worked once, and what is stored stays until then. */
export async function submitConnectionForm(
  context: ConnectionContext,
  provider: Provider,
  form: FormData,
): Promise<Submitted> {
  const intent = form.get("intent");
  switch (intent) {
    case "connect":
    case "rotate":
      return withTestLimit(context, provider, intent, () => connect(context, provider, form, intent));
    case "sites":
      return withTestLimit(context, provider, intent, () => offerSites(context, provider, form));
    case "test":
      return withTestLimit(context, provider, intent, () => test(context, provider));
    case "disconnect":
      return disconnect(context, provider);
    case "remind":
      return remind(context, provider, form);
    default:
      // Without repeating it: a form whose fields were mixed up may have anything in this place.
      return refused(400, "This action is not known here.");
  }
}

async function test(context: ConnectionContext, provider: Provider): Promise<Submitted> {
  const connection = await findOpenableConnection(context, provider);
  if (!connection)
    return refused(409, `${PROVIDER_NAMES[provider]} has nothing stored that can be tested; connect it.`);
  const result = await testStored(context, connection, "MANUAL");
  if (result === "gone") return gone();
  if (result.outcome === "FAILURE")
    return { status: 200, answer: failed(result, adviceFor(provider, result.errorClass)) };
  return done(`${PROVIDER_NAMES[provider]} answered in ${result.latencyMs} ms`);
}

async function disconnect({ db, storeId, keys }: ConnectionContext, provider: Provider): Promise<Submitted> {
  await inTransaction(db, async (tx) => {
    await new StoreSecretRepository(tx, storeId, keys).delete(provider);
    await updateConnection(tx, storeId, provider, null);
  });
  // Also when another tab was quicker: it is what was asked for.
  return done(`${PROVIDER_NAMES[provider]} is disconnected; its secret is deleted`);
}

async function offerSites(
  context: ConnectionContext,
  provider: Provider,
  form: FormData,
): Promise<Submitted> {
  const stored = await findOpenableConnection(context, provider);
  const found = await listSites(context.deps, provider, form, stored);
  switch (found.outcome) {
    case "invalid":
      return invalid(found.fieldErrors);
    case "failed":
      return {
        status: 422,
        answer: failed(found.failure, adviceInForm(provider, found.failure.errorClass)),
      };
    case "listed":
      return { status: 200, answer: { ok: true, message: "", sites: found.sites } };
  }
}
