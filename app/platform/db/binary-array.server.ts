/**
 * Postgres' binary form of a jsonb[]: the texts go as they are, where an array in text form has every quotation mark escaped
 * here and unescaped there (https://www.postgresql.org/docs/15/protocol-overview.html#PROTOCOL-FORMAT-CODES; array_recv, jsonb_recv).
 */
const JSONB_OID = 3802;
const JSONB_VERSION = 1;
const HEADER_BYTES = 5 * 4;

/** @param texts JSON each */
export function jsonbArray(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => 1 + Buffer.byteLength(text));
  const array = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, HEADER_BYTES));
  // One dimension, no nulls, of jsonb, so many, counted from 1
  let at = [1, 0, JSONB_OID, texts.length, 1].reduce((offset, word) => array.writeInt32BE(word, offset), 0);
  for (const [i, text] of texts.entries()) {
    at = array.writeInt32BE(lengths[i]!, at);
    at = array.writeUInt8(JSONB_VERSION, at);
    at += array.write(text, at);
  }
  return array;
}
