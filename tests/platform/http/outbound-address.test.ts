import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardedLookup, kindOf, refusalOf, type Reach } from "~/platform/http/outbound-address.server";
import type { OutboundError } from "~/platform/http/outbound-error.server";
import { refusalOfUrl } from "~/platform/http/ssrf-guard.server";
import { parseUrl } from "~/platform/http/parse-url";

const publicOnly = { trust: "public" } as const;
/** The code with which a well-formed URL is refused, or null. */
const refusal = (url: string, reach: Reach = publicOnly) => refusalOf(new URL(url), reach)?.code ?? null;

describe("the sentence beside a web address in a form", () => {
  it.each([
    ["", "Enter a full web address, such as https://example.com."],
    ["http://shop.example/", "The address must start with https://."],
    ["https://ann:s3cret@shop.example/", "The address must not contain a user name or a password."],
    ["https://shop.example./", "The host name must not end with a dot."],
    ["https://10.0.0.1/", "10.0.0.1 is not on the public internet, so Backroom does not connect to it."],
    ["https://shop.example/", null],
  ])("says what is wrong with %j", (url, sentence) => expect(refusalOfUrl(url, publicOnly)).toBe(sentence));
});

describe("a private address in an unusual spelling", () => {
  it.each([
    ["decimal", "https://2130706433/"],
    ["hexadecimal", "https://0x7f000001/"],
    ["octal", "https://017700000001/"],
    ["octal in parts", "https://0177.0.0.1/"],
    ["hexadecimal in parts", "https://0x7f.0x0.0x0.0x1/"],
    ["short, two parts", "https://127.1/"],
    ["short, three parts", "https://127.0.1/"],
    ["short and private", "https://10.1/"],
    ["with a trailing dot", "https://127.0.0.1./"],
    ["in full-width digits", "https://１２７.０.０.１/"],
    ["percent-encoded", "https://%31%32%37.0.0.1/"],
    ["IPv6 loopback", "https://[::1]/"],
    ["IPv6 loopback in full", "https://[0:0:0:0:0:0:0:1]/"],
    ["IPv4-mapped, dotted", "https://[::ffff:127.0.0.1]/"],
    ["IPv4-mapped, hexadecimal", "https://[::ffff:7f00:1]/"],
    ["IPv4-mapped and private", "https://[::ffff:10.0.0.1]/"],
    ["IPv4-compatible", "https://[::127.0.0.1]/"],
    ["IPv4-translated", "https://[::ffff:0:127.0.0.1]/"],
    ["NAT64", "https://[64:ff9b::127.0.0.1]/"],
    ["NAT64 of the metadata service", "https://[64:ff9b::a9fe:a9fe]/"],
    ["NAT64 of a network's own", "https://[64:ff9b:1::7f00:1]/"],
    ["6to4", "https://[2002:7f00:1::]/"],
    ["Teredo", "https://[2001::7f00:1]/"],
  ])("is refused as ADDRESS_REFUSED: %s", (_, url) => expect(refusal(url)).toBe("ADDRESS_REFUSED"));
});

describe("the IP address", () => {
  it.each([
    "0.0.0.0",
    "[::]",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[fd00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[4000::1]",
  ])("%s is refused", (host) => expect(refusal(`https://${host}/`)).toBe("ADDRESS_REFUSED"));

  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "[2606:4700::1111]",
    "[64:ff9b::1.1.1.1]",
    "[::ffff:1.1.1.1]",
  ])("%s, just outside a special range, is allowed", (host) =>
    expect(refusal(`https://${host}/`)).toBeNull(),
  );
});

describe("a host name", () => {
  it.each([
    "localhost",
    "LOCALHOST",
    "admin.localhost",
    "metadata.google.internal",
    "db.internal",
    "printer.local",
    "nas.lan",
    "router.home.arpa",
    "metadata",
    "kubernetes",
  ])("that only exists inside a network is refused: %s", (host) =>
    expect(refusal(`https://${host}/`)).toBe("ADDRESS_REFUSED"),
  );

  it("with a trailing dot is refused, because it would bypass a list of names", () => {
    expect(refusal("https://localhost./")).toBe("URL_REFUSED");
    expect(refusal("https://shop.example./")).toBe("URL_REFUSED");
  });

  it.each(["shop.example", "localhost.shop.example", "internal.shop.example", "xn--bcher-kva.example"])(
    "in the public tree is allowed: %s",
    (host) => expect(refusal(`https://${host}/`)).toBeNull(),
  );
});

describe("a URL", () => {
  it.each(["", "shop.example", "https://", "https:///", "/path", "https://a b/", "https://[::1"])(
    "that is malformed is refused: %j",
    (url) => expect(refusalOfUrl(url, publicOnly)).not.toBeNull(),
  );

  it.each(["http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "data:,x", "gopher://x.y/"])(
    "of another scheme is refused: %s",
    (url) => expect(refusal(url)).toBe("URL_REFUSED"),
  );

  it("with a user name or a password is refused at every level of trust", () => {
    for (const trust of ["public", "operator"] as const)
      for (const url of [
        "https://ann@shop.example/",
        "https://ann:s3cret@shop.example/",
        "https://:s3cret@x.example/",
      ])
        expect(refusal(url, { trust })).toBe("URL_REFUSED");
  });

  it("with the operator's trust may be http and private, but has no other scheme", () => {
    expect(refusal("http://10.0.0.1:8080/", { trust: "operator" })).toBeNull();
    expect(refusal("http://gateway/", { trust: "operator" })).toBeNull();
    expect(refusal("file:///etc/passwd", { trust: "operator" })).toBe("URL_REFUSED");
  });
});

describe("allowLoopback", () => {
  const refusalWithFlag = (url: string) => refusal(url, { trust: "public", allowLoopback: true });

  it.each([
    "http://127.0.0.1:1/",
    "http://127.9.9.9/",
    "http://[::1]/",
    "http://localhost/",
    "https://localhost/",
  ])("allows %s", (url) => expect(refusalWithFlag(url)).toBeNull());

  it.each([
    "http://10.0.0.1/",
    "https://10.0.0.1/",
    "http://169.254.169.254/",
    "https://169.254.169.254/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://shop.example/",
    "https://metadata.google.internal/",
  ])("still refuses %s", (url) => expect(refusalWithFlag(url)).not.toBeNull());
});

describe("a resolver's answer", () => {
  type Given = { address: string; family: number }[];
  const resolve = (
    given: Given,
    options: { all?: boolean } = {},
    hostname = "shop.example",
    allowLoopback = false,
  ) =>
    new Promise((done) =>
      guardedLookup({ trust: "public", allowLoopback }, (_host, asked, callback) => {
        expect(asked.all).toBe(true);
        callback(null, given);
      })(hostname, options, (error, address, family) =>
        done(error ? (error as OutboundError).code : [address, family]),
      ),
    );
  const open = { address: "1.1.1.1", family: 4 };
  const shut = { address: "10.0.0.1", family: 4 };
  const refused = "ADDRESS_REFUSED";

  it("is returned in the requested form", async () => {
    expect(await resolve([open])).toEqual(["1.1.1.1", 4]);
    expect(await resolve([open], { all: true })).toEqual([[open], undefined]);
  });

  it("is refused when any one of its addresses is private", async () => {
    expect(await resolve([shut, open])).toBe(refused);
    expect(await resolve([open, shut], { all: true })).toBe(refused);
    expect(await resolve([open, { address: "::ffff:10.0.0.1", family: 6 }])).toBe(refused);
  });

  it("is refused when it is empty or not an IP address", async () => {
    expect(await resolve([])).toBe(refused);
    expect(await resolve([{ address: "0177.0.0.1", family: 4 }])).toBe(refused);
  });

  it("must be loopback for localhost, because allowLoopback permits http there", async () => {
    expect(await resolve([open], {}, "localhost", true)).toBe(refused);
    expect(await resolve([{ address: "127.0.0.1", family: 4 }], {}, "localhost", true)).toEqual([
      "127.0.0.1",
      4,
    ]);
  });
});

/** Written down from IANA's special-purpose registries, not from the library: [first address, prefix length]. */
const SPECIAL_V4 = (
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 " +
  "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
)
  .split(" ")
  .map((range) => {
    const [first = "", bits] = range.split("/");
    return { first: numberOf(first), size: 2 ** (32 - Number(bits)) };
  });

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

describe("a random address in any spelling", () => {
  const special = fc
    .constantFrom(...SPECIAL_V4)
    .chain(({ first, size }) => fc.integer({ min: 0, max: size - 1 }).map((offset) => first + offset));
  const parts = (n: number) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256);
  const words = (n: number) => [n >>> 16, n & 0xffff].map((word) => word.toString(16)).join(":");
  const isSpecial = (n: number) => SPECIAL_V4.some(({ first, size }) => n >= first && n < first + size);
  const dotted = (n: number) => parts(n).join(".");

  const spellings = (n: number) => {
    const [a, b, c, d] = parts(n) as [number, number, number, number];
    return [
      dotted(n),
      String(n),
      `0x${n.toString(16)}`,
      `0${n.toString(8)}`,
      `0x${a.toString(16)}.0${b.toString(8)}.${c}.0x${d.toString(16)}`,
      `${a}.${(b * 256 + c) * 256 + d}`,
      `${a}.${b}.${c * 256 + d}`,
      `${dotted(n)}.`,
      `[::ffff:${dotted(n)}]`,
      `[::ffff:${words(n)}]`,
      `[0:0:0:0:0:FFFF:${words(n)}]`,
      `[::${words(n)}]`,
      `[::ffff:0:${words(n)}]`,
      `[64:ff9b::${words(n)}]`,
      `[64:ff9b:1::${words(n)}]`,
      `[2002:${words(n)}::1]`,
      `[2001:0:${words(n)}::1]`,
    ];
  };

  it("is refused if it lies in a special range", () => {
    fc.assert(
      fc.property(special, (n) =>
        spellings(n).every((host) => !parseUrl(`https://${host}/`) || refusal(`https://${host}/`) !== null),
      ),
      { numRuns: 3_000 },
    );
  });

  it("is public exactly when it lies outside every special range", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (n) => {
        const host = dotted(n);
        // AS112, AMT and Azure's host agent are refused beyond the table.
        fc.pre(!/^192\.(31\.196|52\.193|175\.48)\.|^168\.63\.129\.16$/.test(host));
        return (kindOf(host) === "public") === !isSpecial(n);
      }),
      { numRuns: 10_000 },
    );
  });

  it("of IPv6 is public only inside 2000::/3 and outside its reserved ranges", () => {
    const word = fc.integer({ min: 0, max: 0xffff });
    const setAside = fc.constantFrom(0x2001, 0x2002, 0x3fff, 0x2620, 0xfc00, 0xfe80, 0xff02, 0x64, 0);
    fc.assert(
      fc.property(
        fc.oneof(word, setAside),
        fc.oneof(word, fc.constantFrom(0, 0xdb8, 0xff9b)),
        fc.array(word, { minLength: 6, maxLength: 6 }),
        (first, second, rest) => {
          const host = [first, second, ...rest].map((part) => part.toString(16)).join(":");
          const reserved =
            (first === 0x2001 && (second < 0x200 || second === 0xdb8)) ||
            first === 0x2002 ||
            (first === 0x3fff && second < 0x1000) ||
            (first === 0x2620 && second === 0x4f && rest[0] === 0x8000);
          const nat64 = first === 0x64 && second === 0xff9b;
          if (!nat64)
            expect([host, kindOf(host) === "public"]).toEqual([host, first >> 13 === 1 && !reserved]);
          expect(refusal(`https://[${host}]/`) === null).toBe(kindOf(host) === "public");
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
