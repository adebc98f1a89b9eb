import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { DEVELOPMENT_ENCRYPTION_KEY, seedKeys } from "../../prisma/seed/keys";
import { seedDemo } from "../../prisma/seed/run";
import { secretText } from "../../prisma/seed/secrets";
import { createTestDatabase, type TestDatabase } from "../support/databases";

const DEMO = "backroom-demo.myshopify.com";
const SECOND = "backroom-second.myshopify.com";
const PLAINTEXTS = [
  ...["GA4", "GSC", "BING", "MCP"].map((provider) =>
    secretText(`${provider.toLowerCase()}-`, DEMO, provider),
  ),
  secretText("gsc-", SECOND, "GSC"),
  ...[DEMO, SECOND].flatMap((shop) => [
    secretText("shpat_", shop, "access"),
    secretText("shprt_", shop, "refresh"),
  ]),
];

/** The ways in which a secret may lie in a file without being read at first sight. */
function disguises(secret: string): string[] {
  // Base64 depends on what stands before it: of each of the three alignments, the part that is always the same.
  const base64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.from("x".repeat(shift) + secret).toString("base64");
    const inner = text.slice(Math.ceil((shift * 8) / 6) + 1, -4);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const hex = Buffer.from(secret).toString("hex");
  return [
    secret,
    ...base64,
    hex,
    hex.toUpperCase(),
    JSON.stringify(secret).slice(1, -1),
    [...secret].reverse().join(""),
  ];
}

describe("the SQLite file of the demo", () => {
  let database: TestDatabase;
  let bytes: Buffer;
  beforeAll(async () => {
    database = await createTestDatabase("sqlite");
    const db = await connectDatabase(database.url);
    await seedDemo(db, seedKeys(DEVELOPMENT_ENCRYPTION_KEY));
    await db.$disconnect();
    const file = database.url.slice("file:".length);
    bytes = Buffer.concat([file, `${file}-wal`].filter(existsSync).map((path) => readFileSync(path)));
  });
  afterAll(() => database.drop());

  it.each(PLAINTEXTS.map((secret, i) => [i, secret] as const))(
    "does not hold secret %i in any disguise",
    (_, secret) => {
      expect(disguises(secret).filter((text) => bytes.includes(text))).toEqual([]);
    },
  );

  it("does hold the rows: the search above would find a secret that was there", () => {
    expect(bytes.includes("backroom-demo.myshopify.com")).toBe(true);
    expect(bytes.includes("bk1.development.")).toBe(true);
    expect(disguises("backroom-demo.myshopify.com").some((text) => bytes.includes(text))).toBe(true);
  });
});
