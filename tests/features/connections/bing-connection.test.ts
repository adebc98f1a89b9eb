import { describe, expect, it } from "vitest";
import { parseBingApiKey, parseBingSiteUrl } from "~/features/connections/bing-connection.schema";

const KEY = "0123456789abcdef0123456789abcdef";
const said = (parsed: { ok: boolean; sentence?: string }) => parsed.sentence;

describe("the site of a connection to Bing", () => {
  it.each([
    ["https://www.example.com/", "https://www.example.com/"],
    ["  https://www.Example.com\n", "https://www.example.com/"],
    [`"https://www.example.com"`, "https://www.example.com/"],
    ["www.example.com", "https://www.example.com/"],
    ["http://example.com/shop/", "http://example.com/shop/"],
    ["https://müller.example/", "https://xn--mller-kva.example/"],
  ])("is read from %j as %s", (pasted, value) => {
    expect(parseBingSiteUrl(pasted)).toEqual({ ok: true, value });
  });

  it.each([
    ["", "Enter the site's address"],
    ["my shop", "Enter the site's address"],
    ["localhost", "Enter the site's address"],
    ["ftp://example.com", "Enter the site's address"],
    ["sc-domain:example.com", "Google's way"],
    ["https://me:secret@example.com/", "user name"],
    ["https://example.com/?utm=1", "from “?”"],
  ])("is refused for %j", (pasted, sentence) => {
    expect(said(parseBingSiteUrl(pasted))).toContain(sentence);
  });
});

describe("the key of a connection to Bing", () => {
  it.each([
    KEY,
    ` ${KEY}\r\n`,
    `'${KEY}'`,
    `${KEY.slice(0, 20)}\n${KEY.slice(20)}`,
    `\u200b${KEY}`,
    `https://ssl.bing.com/webmaster/api.svc/json/GetUserSites?apikey=${KEY}`,
  ])("is read from %j", (pasted) => {
    expect(parseBingApiKey(pasted)).toEqual({ ok: true, value: KEY });
  });

  it.each([
    ["", "Paste the API key"],
    ["https://www.bing.com/webmasters", "web address"],
    ["0123456789abcde", "not an API key"],
    ["two words that are no key", "not an API key"],
    [KEY.repeat(5), "not an API key"],
  ])("is refused for %j without repeating it", (pasted, sentence) => {
    expect(said(parseBingApiKey(pasted))).toContain(sentence);
    if (pasted) expect(said(parseBingApiKey(pasted))).not.toContain(pasted);
  });
});
