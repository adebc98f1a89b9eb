import { PROVIDER_NAMES, PROVIDERS, type Provider } from "~/features/connections/provider";
import type { Handout, ProviderDesk } from "../../local-providers/desk";
import { TROUBLES, troublesOf } from "../../local-providers/desk-troubles";
import type { Shop } from "../shop";
import { shopHandle } from "../shopify-data";
import { markup, type Html } from "./html";
import { shell } from "./shell";

/** A card per provider: what to paste into the app's form, and a way to make it fail. */
export function providersPage(shop: Shop, desk: ProviderDesk): string {
  const handle = shopHandle(shop.domain);
  return page(
    shop,
    markup`<h1>Providers</h1>
      <p>
        Stand-ins on this machine for what Backroom connects to. What is listed here is good in the app’s
        forms and opens nothing else; each start makes new keys.
      </p>
      ${PROVIDERS.map((provider) => card(provider, desk, `/store/${handle}/providers`))}`,
  );
}

export function noProvidersPage(shop: Shop): string {
  return page(
    shop,
    markup`<h1>Providers</h1>
      <p>No provider runs beside this admin; <code>npm run demo</code> starts them.</p>`,
  );
}

function page(shop: Shop, main: Html): string {
  return shell({
    shop: { name: shop.data.shop.name, handle: shopHandle(shop.domain), stores: shop.stores },
    title: "Providers",
    current: "providers",
    main: markup`<div class="column">${main}</div>`,
  });
}

function card(provider: Provider, desk: ProviderDesk, base: string): Html {
  const id = provider.toLowerCase();
  const name = PROVIDER_NAMES[provider];
  const trouble = desk.trouble(provider);
  const option = (value: string, label: string) =>
    markup`<option value="${value}" ${value === (trouble ?? "") ? markup`selected` : ""}>${label}</option>`;
  return markup`<section class="card provider" id="${id}" aria-labelledby="${id}-heading">
    <h2 id="${id}-heading">
      ${name}
      <span class="state ${trouble ? "broken" : ""}">${trouble ? "Fails" : "Fine"}</span>
    </h2>
    <dl class="handout">
      ${desk.handout(provider).map((item, i) => handout(item, `${id}-${i}`, name))}
    </dl>
    <div class="provider-actions">
      <form method="post" action="${base}/${id}/trouble">
        <label
          >What ${name} does
          <select name="trouble">
            ${option("", "It works")} ${troublesOf(provider).map((one) => option(one, TROUBLES[one]))}
          </select>
        </label>
        <button>Apply<span class="unseen"> to ${name}</span></button>
      </form>
      <form method="post" action="${base}/${id}/keys">
        <button>Make new keys<span class="unseen"> for ${name}</span></button>
      </form>
    </div>
  </section>`;
}

function handout({ label, value, note }: Handout, id: string, provider: string): Html {
  const about = `${label}${note ? `, ${note}` : ""}`;
  return markup`<div>
    <dt>${label} ${note ? markup`<small>${note}</small>` : ""}</dt>
    <dd>
      <code id="${id}">${value}</code>
      <button type="button" data-copies="${id}" aria-label="Copy ${about} of ${provider}">Copy</button>
    </dd>
  </div>`;
}
