// What one checkout's demo remembers between runs, in a file that git ignores: its keys, and what it has already done.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const STATE_FILE = ".cache/backroom-demo.json";

/**
 * The state, with keys made at the first run. They stay, so that a restart opens what the run before has sealed.
 * @returns {{ keys: { apiKey: string, apiSecret: string, encryptionKey: string, cronSecret: string }, done: Record<string, string> }}
 */
export function readState() {
  const state = { keys: newKeys(), done: {}, ...readJson(STATE_FILE) };
  writeState(state);
  return state;
}

export function writeState(state) {
  mkdirSync(".cache", { recursive: true });
  writeFileSync(STATE_FILE, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

/** One hash over the names and contents of files and folders; a missing one counts as empty. */
export function fingerprint(paths, leaveOut = []) {
  const hash = createHash("sha256");
  for (const path of paths
    .flatMap((path) => filesIn(path))
    .filter((path) => !leaveOut.some((out) => path.startsWith(out))))
    hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

export function removeFile(path) {
  rmSync(path, { force: true });
}

/** The environment variables that a file of NAME=value lines names. */
export function namesIn(path) {
  const text = textOf(path);
  return [...text.matchAll(/^\s*(?:#\s*)?(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm)].map(([, name]) => name);
}

/** Empty for what is no file, or cannot be read. */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

export function statOf(path) {
  return statSync(path, { throwIfNoEntry: false });
}

function filesIn(path) {
  const stat = statOf(path);
  if (!stat) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Absent at the first run; a damaged one is made anew.
    return {};
  }
}

/** The key's id is this checkout's own, so that a database which another key sealed is recognised. */
function newKeys() {
  return {
    apiKey: randomBytes(16).toString("hex"),
    apiSecret: randomBytes(32).toString("hex"),
    encryptionKey: `demo-${randomBytes(4).toString("hex")}:${randomBytes(32).toString("base64")}`,
    cronSecret: randomBytes(32).toString("hex"),
  };
}
