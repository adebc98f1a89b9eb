import { describe, expect, it } from "vitest";
import { parseUrl } from "~/platform/http/parse-url";

describe("the address that a text is", () => {
  it("stays the same however often it is asked for, umlauts included", () => {
    for (let call = 0; call < 20_000; call++) parseUrl("https://bücher.example/größe");
    expect(parseUrl("https://bücher.example/größe")?.href).toBe(
      "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe",
    );
  });

  it("is found beside a base", () => {
    expect(parseUrl("/größe", "https://example.com/a")?.pathname).toBe("/gr%C3%B6%C3%9Fe");
  });

  it.each(["", "example.com", "https://", "https://a b/", "http://[::1", "https://example.com:99999/"])(
    "is null for %j",
    (text) => {
      expect(parseUrl(text)).toBeNull();
    },
  );
});
