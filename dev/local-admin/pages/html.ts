/** Text that has been escaped, or was written by us. */
export class Html {
  constructor(readonly text: string) {}
}

/** A template of HTML: what is put in is escaped, unless it is Html itself or a list of it. */
export function markup(strings: TemplateStringsArray, ...values: (string | number | Html | Html[])[]): Html {
  return new Html(strings.map((part, i) => part + (i < values.length ? render(values[i]!) : "")).join(""));
}

function render(value: string | number | Html | Html[]): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(render).join("");
  return String(value).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
