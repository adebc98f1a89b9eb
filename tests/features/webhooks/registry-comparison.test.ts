import { describe, expect, it } from "vitest";
import { declaredTopics, readDeclaredTopics } from "~/features/webhooks/declared-topics.server";
import { summaryOf } from "~/features/webhooks/components/topics-card";
import { compareTopics, type RegistryFacts } from "~/features/webhooks/registry-comparison";
import { expectedTopics } from "~/features/webhooks/registry.server";
import { DOOR_PATH } from "~/features/webhooks/webhook-topics";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ADDRESS = "https://app.test/webhooks";
const sub = (topicKey: string, uri = ADDRESS, id = `${topicKey}-${uri}`) => ({
  ...{ id, topicKey, uri },
  createdAt: "2026-11-01T00:00:00Z",
});
const declared = [{ topic: "orders/create", uri: "/webhooks" }];

/** State and steps of the one topic, in words. */
function judged(facts: Partial<RegistryFacts>) {
  const topics = compareTopics({
    expected: ["orders/create"],
    declared: [],
    actual: [],
    address: ADDRESS,
    ...facts,
  });
  return topics.map(({ topic, state, steps }) => [
    topic,
    state,
    ...steps.map(({ operation, uri }) => `${operation} ${uri}`),
  ]);
}

describe("a topic that the configuration declares", () => {
  it("is in place without a subscription, because Shopify does not list it", () => {
    expect(judged({ declared })).toEqual([["orders/create", "declared"]]);
  });
  it("has a duplicate subscription to the same address removed", () => {
    expect(judged({ declared, actual: [sub("ORDERS_CREATE")] })).toEqual([
      ["orders/create", "duplicate", `REMOVE ${ADDRESS}`],
    ]);
  });
  it.each([
    ["another path", "https://app.test/old"],
    ["an old host", "https://old.test/webhooks"],
    ["another kind of place", "arn:aws:events:us-east-1::event-source/x"],
  ])("has a stale subscription to %s removed", (_, uri) => {
    expect(judged({ declared, actual: [sub("ORDERS_CREATE", uri)] })).toEqual([
      ["orders/create", "stale", `REMOVE ${uri}`],
    ]);
  });
  it("is unexpected without a step when no code handles it", () => {
    expect(judged({ expected: [], declared })).toEqual([["orders/create", "unexpected"]]);
  });
});

describe("a topic that the configuration declares elsewhere", () => {
  const elsewhere = [{ topic: "orders/create", uri: "https://other.test/webhooks" }];

  it.each([
    ["by its path", "/webhooks", "declared"],
    ["by the whole address", ADDRESS, "declared"],
    ["at another path", "/webhooks/orders", "elsewhere"],
    ["at another host", "https://other.test/webhooks", "elsewhere"],
    ["at another kind of place", "pubsub://project:topic", "elsewhere"],
  ])("is in place only when it leads to the app's address: %s", (_, uri, state) => {
    const declared = [{ topic: "orders/create", uri }];
    expect(judged({ declared })).toEqual([["orders/create", state]]);
    expect(judged({ declared, actual: null })).toEqual([["orders/create", state]]);
  });
  it("keeps exactly one subscription to the app's address", () => {
    const one = sub("ORDERS_CREATE", ADDRESS, "1");
    expect(judged({ declared: elsewhere, actual: [one] })).toEqual([["orders/create", "elsewhere"]]);
    expect(judged({ declared: elsewhere, actual: [one, sub("ORDERS_CREATE", ADDRESS, "2")] })).toEqual([
      ["orders/create", "elsewhere", `REMOVE ${ADDRESS}`],
    ]);
  });
  it("is in place when it is declared to the app's address as well", () => {
    expect(judged({ declared: [...elsewhere, ...declared] })).toEqual([["orders/create", "declared"]]);
  });
});

describe("the topics card", () => {
  const summary = (facts: Partial<RegistryFacts>) => {
    const topics = compareTopics({
      ...{ expected: ["orders/create"], declared, actual: [], address: ADDRESS },
      ...facts,
    });
    return summaryOf(topics, { checkedAt: "2026-11-01T00:00:00Z", topics });
  };
  it.each([
    ["nothing", {}, "Everything is in place."],
    [
      "a topic is declared elsewhere",
      { declared: [{ topic: "orders/create", uri: "/old" }] },
      "1 declared else",
    ],
    ["a declared topic is not expected", { expected: [] }, "1 declared and not expected"],
    ["a topic is missing", { declared: [] }, "To repair: 1 missing."],
    ["a subscription is too much", { actual: [sub("ORDERS_CREATE")] }, "To repair: 1 duplicate."],
  ])("summarises when this is out of place: %s", (_, facts, said) => {
    expect(summary(facts)).toContain(said);
    expect(summary(facts).includes("Everything is in place")).toBe(said === "Everything is in place.");
  });
});

describe("a topic that the configuration does not declare", () => {
  it("is registered when it is missing", () => {
    expect(judged({})).toEqual([["orders/create", "missing", `REGISTER ${ADDRESS}`]]);
  });
  it("is unchecked without a step before Shopify was asked", () => {
    expect(judged({ actual: null })).toEqual([["orders/create", "unchecked"]]);
  });
  it("is in place with one subscription to the app's address", () => {
    expect(judged({ actual: [sub("ORDERS_CREATE")] })).toEqual([["orders/create", "registered"]]);
  });
  it("has its stale subscription updated, and a second stale one removed", () => {
    const actual = [sub("ORDERS_CREATE", "https://a.test/"), sub("ORDERS_CREATE", "https://b.test/")];
    expect(judged({ actual })).toEqual([
      ["orders/create", "stale", `REFRESH ${ADDRESS}`, "REMOVE https://b.test/"],
    ]);
  });
  it("keeps one of two subscriptions", () => {
    const actual = [sub("ORDERS_CREATE", ADDRESS, "1"), sub("ORDERS_CREATE", ADDRESS, "2")];
    expect(judged({ actual })).toEqual([["orders/create", "duplicate", `REMOVE ${ADDRESS}`]]);
  });
  it("is missing without a step when it is a compliance topic, which the Admin API cannot register", () => {
    expect(judged({ expected: ["shop/redact"] })).toEqual([["shop/redact", "missing"]]);
  });
});

it("a subscription that no code handles is unexpected and is removed", () => {
  expect(judged({ expected: [], actual: [sub("THEMES_PUBLISH")] })).toEqual([
    ["THEMES_PUBLISH", "unexpected", `REMOVE ${ADDRESS}`],
  ]);
});

describe("shopify.app.toml", () => {
  it("declares exactly the handled topics, all to the app's one address", () => {
    expect(
      declaredTopics()
        .map(({ topic }) => topic)
        .sort(),
    ).toEqual(expectedTopics().sort());
    expect(new Set(declaredTopics().map(({ uri }) => uri))).toEqual(new Set([DOOR_PATH]));
  });

  const refusalOf = (path: string): unknown => {
    try {
      return readDeclaredTopics(path);
    } catch (error) {
      return error;
    }
  };
  const file = (text: string) => {
    const path = join(mkdtempSync(join(tmpdir(), "backroom-toml-")), "shopify.app.toml");
    writeFileSync(path, text);
    return path;
  };
  it.each([
    ["text that is not TOML", "topics = [", "TOML"],
    ["no webhooks", 'name = "x"', "webhooks"],
    [
      "a compliance topic in the wrong list",
      '[[webhooks.subscriptions]]\ntopics = ["shop/redact"]\nuri = "/webhooks"',
      "compliance_topics",
    ],
  ])("with %s is a ConfigurationError with one problem", (_, text, word) => {
    expect(refusalOf(file(text))).toMatchObject({
      code: "CONFIGURATION_INVALID",
      problems: [expect.stringContaining(word)],
    });
  });
  it("is a ConfigurationError with one problem when it does not exist", () => {
    expect(refusalOf("/nowhere/shopify.app.toml")).toMatchObject({
      code: "CONFIGURATION_INVALID",
      problems: [expect.stringContaining("ENOENT")],
    });
  });
  it("may declare no topic", () => {
    expect(readDeclaredTopics(file('[webhooks]\napi_version = "2026-07"'))).toEqual([]);
  });
  it("is copied into the Docker image", () => {
    expect(readFileSync("Dockerfile", "utf8")).toMatch(/^COPY .*shopify\.app\.toml.* \.\/$/m);
    expect(readFileSync(".dockerignore", "utf8")).not.toMatch(/toml/);
  });
});
