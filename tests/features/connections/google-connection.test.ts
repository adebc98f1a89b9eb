import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parsePropertyId, parseSiteUrl } from "~/features/connections/google-connection.schema";
import { parseServiceAccountJson } from "~/features/connections/google-key-file.server";

const sentenceOf = (parsed: { ok: boolean }) => ("sentence" in parsed ? String(parsed.sentence) : undefined);

describe("the ID of a GA4 property", () => {
  it.each([
    ["123456789", "123456789"],
    ["  123456789\n", "123456789"],
    ["properties/123456789", "123456789"],
    ["https://analytics.google.com/analytics/web/#/p123456789/reports/intelligenthome", "123456789"],
    ["https://analytics.google.com/analytics/web/#/a1234p123456789/admin", "123456789"],
  ])("%j is %s", (pasted, value) => {
    expect(parsePropertyId(pasted)).toEqual({ ok: true, value });
  });

  it.each([
    ["", "Enter the property ID"],
    ["   ", "Enter the property ID"],
    ["0", "0 is no property"],
    ["properties/0", "0 is no property"],
    ["G-ABC123XYZ", "measurement ID"],
    ["g-abc123xyz", "measurement ID"],
    ["UA-12345-1", "Universal Analytics"],
    ["GTM-ABC123", "Tag Manager"],
    ["GT-ABC123", "Google tag"],
    ["AW-123456", "Google Ads"],
    ["123 456 789", "without spaces"],
    ["my-property", "a number like"],
    ["-5", "a number like"],
    ["12.5", "a number like"],
    ["0123", "a number like"],
    ["properties/", "a number like"],
    ["properties/1/metadata", "a number like"],
    ["1".repeat(16), "a number like"],
    ["https://analytics.google.com/analytics/web/#/a1w2p3/report", "a number like"],
    ["https://example.com/#/p123456789/", "a number like"],
  ])("is refused for %j with a sentence that says why and where the number is", (pasted, words) => {
    const sentence = sentenceOf(parsePropertyId(pasted));
    expect(sentence).toContain(words);
    expect(sentence).toContain("Admin › Property settings");
  });
});

describe("the name of a Search Console property", () => {
  it.each([
    ["sc-domain:example.com", "sc-domain:example.com"],
    ["SC-Domain:Example.COM", "sc-domain:example.com"],
    ["sc-domain:bücher.example", "sc-domain:xn--bcher-kva.example"],
    ["https://www.example.com/", "https://www.example.com/"],
    ["https://www.example.com", "https://www.example.com/"],
    ["HTTP://WWW.Example.com", "http://www.example.com/"],
    ["https://bücher.example", "https://xn--bcher-kva.example/"],
    ["https://www.example.com/shop/", "https://www.example.com/shop/"],
    ["https://www.example.com:8443/", "https://www.example.com:8443/"],
    [" https://www.example.com/ ", "https://www.example.com/"],
  ])("%j is %s", (pasted, value) => {
    expect(parseSiteUrl(pasted)).toEqual({ ok: true, value });
  });

  it.each([
    ["", "Enter the property"],
    ["my shop", "no spaces"],
    ["sc-domain:https://example.com", "bare domain"],
    ["sc-domain:example.com/shop", "bare domain"],
    ["sc-domain:example.com:443", "bare domain"],
    ["sc-domain:", "comes a domain"],
    ["sc-domain:localhost", "comes a domain"],
    ["ftp://example.com/", "A property reads"],
    ["android-app://com.example/", "A property reads"],
    ["example", "A property reads"],
    ["https://", "no web address"],
    ["https://localhost/", "no web address"],
    ["https://192.0.2.1/", "no web address"],
    ["https://me:pass@example.com/", "sign-in"],
    ["https://example.com/?shop=1", "without ?"],
    ["https://example.com/#top", "without ?"],
    [`https://example.com/${"x".repeat(2048)}`, "so long"],
  ])("is refused for %j", (pasted, words) => {
    expect(sentenceOf(parseSiteUrl(pasted))).toContain(words);
  });

  it.each(["example.com", "EXAMPLE.com/shop"])(
    "is refused for %j with a sentence that offers both forms",
    (pasted) => {
      const sentence = sentenceOf(parseSiteUrl(pasted));
      expect(sentence).toContain("sc-domain:example.com");
      expect(sentence).toContain("https://example.com/");
    },
  );

  it("is refused for www.example.com with a sentence that offers the domain without www and the address with it", () => {
    const sentence = sentenceOf(parseSiteUrl("www.example.com"));
    expect(sentence).toContain("sc-domain:example.com");
    expect(sentence).toContain("https://www.example.com/");
  });
});

describe("a pasted service account file", () => {
  const rsa = (modulusLength = 2048) =>
    generateKeyPairSync("rsa", { modulusLength })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
  const KEY = rsa();
  const file = (changes: Record<string, unknown> = {}) =>
    JSON.stringify({
      type: "service_account",
      project_id: "shop",
      private_key_id: "abcdef0123456789",
      private_key: KEY,
      client_email: "backroom@shop.iam.gserviceaccount.com",
      ...changes,
    });
  const CREDENTIAL = {
    kind: "service_account",
    clientEmail: "backroom@shop.iam.gserviceaccount.com",
    privateKey: KEY,
    privateKeyId: "abcdef0123456789",
  };

  it.each([
    ["as Google writes it", file()],
    ["with white space around it", `\n ${file()} \n`],
    ["with newlines that were escaped twice", file({ private_key: KEY.replaceAll("\n", "\\n") })],
    ["with the line ends of Windows", file({ private_key: KEY.replaceAll("\n", "\r\n") })],
    ["with escaped line ends of Windows", file({ private_key: KEY.replaceAll("\n", "\\r\\n") })],
    ["with a byte order mark", `\uFEFF${file()}`],
  ])("is read %s", (_how, pasted) => {
    expect(parseServiceAccountJson(pasted)).toEqual({ ok: true, value: CREDENTIAL });
  });

  it("is read as an OAuth grant when it is an authorized_user of gcloud", () => {
    const pasted = {
      type: "authorized_user",
      client_id: "id",
      client_secret: "secret",
      refresh_token: "1//token",
    };
    expect(parseServiceAccountJson(JSON.stringify(pasted))).toEqual({
      ok: true,
      value: { kind: "oauth", clientId: "id", clientSecret: "secret", refreshToken: "1//token" },
    });
  });

  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  const canary = "canary-2f1d";
  it.each([
    ["nothing", "", "Paste the service account's JSON file"],
    ["no JSON", `{ "private_key": "${canary}`, "no JSON file"],
    ["a list", `["${canary}"]`, "no JSON file"],
    ["null", "null", "no JSON file"],
    ["a key without the file around it", KEY, "no JSON file"],
    ["an installed OAuth client", JSON.stringify({ installed: { client_secret: canary } }), "OAuth client"],
    ["a web OAuth client", JSON.stringify({ web: { client_secret: canary } }), "OAuth client"],
    ["another type", file({ type: "external_account", note: canary }), "another type"],
    ["no type", file({ type: undefined, note: canary }), "no “type”"],
    ["a type that is no text", file({ type: 7 }), "no JSON file"],
    ["no e-mail", file({ client_email: undefined }), "“client_email”"],
    ["an empty key", file({ private_key: "" }), "“private_key”"],
    ["neither", file({ client_email: undefined, private_key: 7 }), "“client_email” and no “private_key”"],
    ["an e-mail that is none", file({ client_email: canary }), "no e-mail address"],
    ["a key that is none", file({ private_key: canary }), "not a whole private key"],
    ["half a key", file({ private_key: KEY.slice(0, 800) }), "not a whole private key"],
    ["an elliptic key", file({ private_key: ec }), "no RSA key"],
    ["a short key", file({ private_key: rsa(1024) }), "shorter than 2048"],
    [
      "a grant without its token",
      JSON.stringify({ type: "authorized_user", client_id: canary }),
      "“refresh_token”",
    ],
    ["too much", file({ note: canary + "x".repeat(20_000) }), "too long"],
  ])("is refused when it is %s, and the sentence does not repeat it", (_what, pasted, words) => {
    const sentence = sentenceOf(parseServiceAccountJson(pasted));
    expect(sentence).toContain(words);
    expect(sentence).not.toContain(canary);
    expect(sentence).not.toContain("PRIVATE KEY");
  });
});
