/** What somebody else's server says, before anybody here reads it. */
import { ConnectionError, plainError } from "../connection-error";

/** One short line of it: control, format and unpaired characters would change how the text around it is shown. */
export function foreignText(text: string, mostCharacters: number): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const characters = [...line.slice(0, 2 * mostCharacters + 2)];
  return characters.length > mostCharacters ? `${characters.slice(0, mostCharacters - 1).join("")}…` : line;
}

/** The same error without the one beneath it, which may quote an address, a header, or what a server sent. */
export function withoutCause(error: unknown): unknown {
  if (!(error instanceof ConnectionError) || error.cause === undefined) return error;
  return ConnectionError.of(plainError(error));
}
