import type { Shop } from "../shop";
import { shopHandle } from "../shopify-data";
import { WEBHOOK_TOPICS } from "../webhook-payloads";
import { markup } from "./html";
import { shell } from "./shell";

/** The panel that sends webhooks by hand; its form is sent by the page's script to the JSON API. */
export function webhooksPage(shop: Shop): string {
  const handle = shopHandle(shop.domain);
  return shell({
    shop: { name: shop.data.shop.name, handle, stores: shop.stores },
    title: "Send a webhook",
    current: "webhooks",
    script: { handle, shop: shop.domain },
    main: markup` <div class="column">
      <h1>Send a webhook</h1>
      <form id="webhook-form" class="card">
        <div class="fields">
          <label
            >Topic
            <select name="topic">
              ${WEBHOOK_TOPICS.map((topic) => markup`<option>${topic}</option>`)}
            </select>
          </label>
          <label
            >Events <small>each with its own id</small>
            <input name="events" type="number" min="1" max="50" value="1" required />
          </label>
          <label
            >Copies <small>of each, with the same id</small>
            <input name="duplicates" type="number" min="0" max="50" value="0" required />
          </label>
        </div>
        <label class="check"
          ><input name="outOfOrder" type="checkbox" /> Newest first, so that they arrive out of order</label
        >
        <p class="actions"><button class="primary">Send</button></p>
      </form>
      <section class="card" aria-labelledby="deliveries-heading">
        <h2 id="deliveries-heading">Deliveries</h2>
        <p id="no-deliveries">
          None yet. Each is signed with the app’s secret and has five seconds to be answered.
        </p>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="deliveries-heading" hidden>
          <table>
            <thead>
              <tr>
                <th scope="col">Topic</th>
                <th scope="col">Webhook id</th>
                <th scope="col">Triggered at</th>
                <th scope="col">Answer</th>
                <th scope="col">Time</th>
              </tr>
            </thead>
            <tbody id="deliveries"></tbody>
          </table>
        </div>
      </section>
      <form class="card" method="post" action="/store/${handle}/uninstall">
        <h2>Uninstall the app</h2>
        <p>
          Revokes the tokens of ${shop.data.shop.name} and sends <code>app/uninstalled</code>, as Shopify
          does.
        </p>
        <p class="actions"><button class="danger">Uninstall Backroom</button></p>
      </form>
    </div>`,
  });
}
