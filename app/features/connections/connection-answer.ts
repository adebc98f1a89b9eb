/** What a merchant is told about what they asked for. */
import type { Advice } from "./advice";
import type { Failure } from "./attempt.server";
import type { FieldErrors } from "./connection-form.server";
import type { Site } from "./sites.server";

/** What went wrong at the provider, for a banner. */
export type Trouble = {
  errorClass: string;
  title: string;
  body: string;
  /** The provider's side of it, in one redacted line */
  detail: string | null;
  suggestion: string | null;
};

export type ConnectionAnswer = {
  ok: boolean;
  message: string;
  fieldErrors?: FieldErrors;
  trouble?: Trouble;
  /** What the account can see, to choose from */
  sites?: Site[];
};

export type Submitted = { status: 200 | 400 | 409 | 410 | 422 | 429; answer: ConnectionAnswer };

export const done = (message: string): Submitted => ({ status: 200, answer: { ok: true, message } });

export const refused = (status: 400 | 409 | 429, message: string): Submitted => ({
  status,
  answer: { ok: false, message },
});

export const gone = (): Submitted => ({
  status: 410,
  answer: { ok: false, message: "Backroom was uninstalled from this store meanwhile; nothing was stored." },
});

export function invalid(fieldErrors: FieldErrors): Submitted {
  const message = Object.values(fieldErrors)[0] ?? "The form cannot be read.";
  return { status: 400, answer: { ok: false, message, fieldErrors } };
}

/** 422 where a form is fine and the provider says no to what is in it. */
export function failed(
  { errorClass, message, suggestion }: Failure,
  { title, body }: Advice,
  aftermath = "",
): ConnectionAnswer {
  // The banner asks this question itself, with a button for the answer.
  const detail = suggestion ? message.replace(` Did you mean ${suggestion}?`, "") : message;
  const trouble = { errorClass, title, body: body + aftermath, detail, suggestion };
  return { ok: false, message: title, trouble };
}
