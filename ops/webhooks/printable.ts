/** An error may have been written by the sender of the payload: no control character of it reaches the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").slice(0, 500);
}

/** The same of JSON: line breaks of its own stay, every other control character is written as JSON can. */
export function printable(json: string): string {
  return json.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
