import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { backupEnvironment, backupIdentities, ConfigurationError } from "~/platform/env.server";

const IDENTITY = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;
const RECIPIENT = `age1${"q".repeat(58)}`;
function problems(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe("the environment of backups", () => {
  it("needs BACKUP_ENVIRONMENT and has defaults for the rest", () => {
    expect(backupEnvironment({ BACKUP_ENVIRONMENT: "production" })).toEqual({
      ...{ environment: "production", recipients: [], keepDays: 30, folder: "backups", bucket: undefined },
    });
    const variables = {
      ...{
        BACKUP_ENVIRONMENT: "eu-staging",
        BACKUP_RECIPIENT: `${RECIPIENT}, ${RECIPIENT}`,
        BACKUP_KEEP_DAYS: "7",
      },
      ...{ BACKUP_S3_BUCKET: "desk", BACKUP_S3_PREFIX: "/a/b/", AWS_REGION: "eu-west-1" },
    };
    expect(backupEnvironment(variables)).toMatchObject({
      ...{ recipients: [RECIPIENT, RECIPIENT], keepDays: 7 },
      bucket: { name: "desk", endpoint: undefined, region: "eu-west-1", prefix: "a/b/" },
    });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["no environment", { BACKUP_ENVIRONMENT: "" }, /^BACKUP_ENVIRONMENT is not set; it names where/],
    [
      "an environment with other characters",
      { BACKUP_ENVIRONMENT: "Prod!" },
      /^BACKUP_ENVIRONMENT must be lower-case letters/,
    ],
    [
      "a key of another kind",
      { BACKUP_RECIPIENT: "ssh-ed25519 AAAA" },
      /^BACKUP_RECIPIENT must be public keys of age/,
    ],
    [
      "the secret key as recipient",
      { BACKUP_RECIPIENT: IDENTITY },
      /^BACKUP_RECIPIENT must be public keys of age/,
    ],
    ["no days to keep", { BACKUP_KEEP_DAYS: "0" }, /^BACKUP_KEEP_DAYS must be a whole number from 1 to 3650/],
    ["negative days", { BACKUP_KEEP_DAYS: "-3" }, /^BACKUP_KEEP_DAYS must be a whole number/],
    [
      "a prefix without a bucket",
      { BACKUP_S3_PREFIX: "x" },
      /^BACKUP_S3_PREFIX is set, but not BACKUP_S3_BUCKET/,
    ],
    ["a bucket without a region", { BACKUP_S3_BUCKET: "desk" }, /^BACKUP_S3_REGION is not set/],
    [
      "the address of a bucket",
      { BACKUP_S3_BUCKET: "s3://x", AWS_REGION: "eu-west-1" },
      /^BACKUP_S3_BUCKET must be the name/,
    ],
    [
      "an endpoint with a path",
      { BACKUP_S3_BUCKET: "desk", AWS_REGION: "eu-west-1", BACKUP_S3_ENDPOINT: "https://b2/x" },
      /^BACKUP_S3_ENDPOINT must be a URL such as/,
    ],
  ])("is refused for %s with one sentence that repeats no secret", (_, changes, sentence) => {
    const found = problems(() => backupEnvironment({ BACKUP_ENVIRONMENT: "production", ...changes }));
    expect(found).toEqual([expect.stringMatching(sentence)]);
    expect(found.join()).not.toContain("SECRET-KEY");
  });
});

describe("the identity that opens backups", () => {
  const file = (text: string) => {
    const path = join(mkdtempSync(join(tmpdir(), "backroom-key-")), "backup.key");
    writeFileSync(path, text);
    return path;
  };

  it("is read from one identity, several, or the file of age-keygen", () => {
    expect(backupIdentities({ BACKUP_IDENTITY: `${IDENTITY},${IDENTITY}` })).toEqual([IDENTITY, IDENTITY]);
    const path = file(`# created: today\n# public key: ${RECIPIENT}\n${IDENTITY}\n`);
    for (const BACKUP_IDENTITY of [undefined, ""])
      expect(backupIdentities({ BACKUP_IDENTITY, BACKUP_IDENTITY_FILE: path })).toEqual([IDENTITY]);
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    ["nothing", () => ({}), /^BACKUP_IDENTITY is not set; it is the AGE-SECRET-KEY/],
    [
      "something else",
      () => ({ BACKUP_IDENTITY: "hunter2" }),
      /^BACKUP_IDENTITY must hold an identity of age/,
    ],
    [
      "the public key",
      () => ({ BACKUP_IDENTITY: RECIPIENT }),
      /^BACKUP_IDENTITY must hold an identity of age/,
    ],
    [
      "a file that does not exist",
      () => ({ BACKUP_IDENTITY_FILE: "/nowhere/key" }),
      /^BACKUP_IDENTITY_FILE names \/nowhere\/key, and/,
    ],
    [
      "an empty file",
      () => ({ BACKUP_IDENTITY_FILE: file("# nothing\n") }),
      /^BACKUP_IDENTITY_FILE must hold an identity/,
    ],
  ])("is refused when it is %s", (_, variables, sentence) => {
    const found = problems(() => backupIdentities(variables()));
    expect(found).toEqual([expect.stringMatching(sentence)]);
    expect(found.join()).not.toContain("hunter2");
  });
});
