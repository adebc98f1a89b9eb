type Outcome = { webhookId: string; triggeredAt: string; status: number; durationMs: number; error?: string };

/** Sends the panel's form to the JSON API and lists how each delivery ended, the newest on top. */
export function watchWebhookForm(shop: string) {
  const form = document.getElementById("webhook-form") as HTMLFormElement;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, shop);
  });
}

async function send(form: HTMLFormElement, shop: string) {
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const topic = field("topic").value;
  const request = {
    topic,
    events: field("events").valueAsNumber,
    duplicates: field("duplicates").valueAsNumber,
    outOfOrder: field("outOfOrder").checked,
  };
  const button = form.querySelector("button")!;
  button.disabled = true;
  try {
    const response = await fetch(`/shops/${shop}/webhooks`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
    });
    const { outcomes } = (await response.json()) as { outcomes: Outcome[] };
    for (const outcome of outcomes) list(topic, outcome);
  } finally {
    button.disabled = false;
  }
}

function list(topic: string, { webhookId, triggeredAt, status, durationMs, error }: Outcome) {
  document.getElementById("no-deliveries")!.hidden = true;
  document.querySelector<HTMLElement>(".scroll")!.hidden = false;
  const row = (document.getElementById("deliveries") as HTMLTableSectionElement).insertRow(0);
  const cells = [
    topic,
    webhookId.slice(0, 8),
    triggeredAt.replace("T", " ").slice(0, 19),
    error ?? String(status),
    `${durationMs} ms`,
  ];
  for (const text of cells) row.insertCell().textContent = text;
  row.className = error ? "failed" : "";
}
