import { describe, expect, it } from "vitest";
import { scrub } from "~/platform/log.server";

describe("a line of the log", () => {
  it.each([
    [
      "an address's password",
      "at postgres://desk:s3cr:t@db:5432/x",
      "at postgres://desk:[redacted]@db:5432/x",
    ],
    ["one that begins again", "://a:://b:s3cr@host", "://a:[redacted]@host"],
    ["an address without a user", "https://desk.example:8080/a?b=1", "https://desk.example:8080/a?b=1"],
    ["a token", "got eyJhbGci.eyJpc3Mi.c2ln-x now", "got [jwt] now"],
    ["half a token", "got eyJhbGci.eyJpc3Mi now", "got eyJhbGci.eyJpc3Mi now"],
    ["a token after half a one", "eyJhbGci eyJhbGci.eyJpc3Mi.c2ln", "eyJhbGci [jwt]"],
  ])("says of %s what it may", (_name, line, scrubbed) => expect(scrub(line)).toBe(scrubbed));

  const hostile = [
    ...["://a:", "://", "a:b@", "eyJ-", "eyJa.", "eyJa.eyJ", "Bearer ", "bk1.a.", "bk1.a-", "?key=", "ya29."],
    ...["1//aaaaaaaaaaaaaaaaaaaaaaa", "AIza", "shpat_", '"password":"', '"authorization":   ', "\\", " "],
    ...["-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "-----END ", "a"],
  ];
  // A pattern that starts over in what it has looked at takes minutes for these; all together take half a second.
  it.each(hostile)("of a megabyte of %j takes no time that grows with its square", (unit) => {
    for (const length of [16 * 1024, 1024 * 1024]) {
      const startedAt = performance.now();
      scrub(unit.repeat(Math.ceil(length / unit.length)));
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    }
  });
});
