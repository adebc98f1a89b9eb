/** A text as it is in the repository: a checkout may end its lines with CRLF, and an editor may put a byte order mark first. */
export function withLineFeeds(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}
