import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { withScratchFolder } from "../../ops/backup/scratch-folder";

function parent(): string {
  const folder = mkdtempSync(join(tmpdir(), "backroom-scratch-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it("a scratch folder is gone when its work ends, and when it fails", async () => {
  const folder = parent();
  let seen = "";
  const work = (path: string) => {
    seen = path;
    writeFileSync(join(path, "file"), "");
    return Promise.reject(new Error("failed"));
  };
  await expect(withScratchFolder(folder, "backroom-restore-", work)).rejects.toThrow("failed");
  expect(existsSync(seen)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

it.each([
  ["is missing", (folder: string) => join(folder, "none"), "ENOENT"],
  [
    "is a file",
    (folder: string) => (writeFileSync(join(folder, "file"), ""), join(folder, "file")),
    "ENOTDIR",
  ],
  // No user may write there, not even root: as the root of a container that is started read-only.
  ["takes no files", () => "/proc", "ENOENT"],
])("where the folder for temporary files %s, a sentence says what to do", async (_, pathIn, code) => {
  const path = pathIn(parent());
  await expect(withScratchFolder(path, "backroom-restore-", () => Promise.resolve())).rejects.toMatchObject({
    name: "BackupError",
    code: "STORE",
    message: expect.stringMatching(new RegExp(`${path}.*${code}.*TMPDIR`)),
  });
});
