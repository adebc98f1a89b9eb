import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { ConnectionPage } from "~/features/connections/components/connection-page";
import { connectionDetail } from "~/features/connections/connections.server";
import { submitConnectionForm } from "~/features/connections/manage-connection.server";
import { providerDeps } from "~/features/connections/provider-deps.server";
import { providerOf, type Provider } from "~/features/connections/provider";
import { forStore } from "~/features/stores/for-store.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import { readForm } from "~/platform/http/form.server";

export { clientAction, shouldRevalidate } from "~/components/client-action";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.connection.name ?? "Connection"} · Backroom` },
];

// 200 the connection · 404 no such provider · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, params }) => ({
    now: now.toISOString(),
    ianaTimezone: store.ianaTimezone,
    actor,
    connection: await connectionDetail(db, store.id, requireProvider(params.provider), now),
  }));

// 200 done, or what a test found · 400 a sentence per field · 404 no such provider · 409 nothing to do it to ·
// 410 uninstalled meanwhile · 422 the provider says no: nothing was stored · 429 too many tests
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, params, request }) => {
    const { id: storeId, ianaTimezone } = store;
    const context = { db, storeId, ianaTimezone, keys: keyProvider(), deps: providerDeps(), actor, now };
    const provider = requireProvider(params.provider);
    const { status, answer } = await submitConnectionForm(context, provider, await readForm(request));
    return json(answer, status);
  });

function requireProvider(segment: string | undefined): Provider {
  const provider = providerOf(segment);
  if (!provider) throw new Response(null, { status: 404 });
  return provider;
}

export default function ConnectionRoute() {
  const data = useLoaderData<typeof loader>();
  return <ConnectionPage key={data.connection.provider} {...data} />;
}
