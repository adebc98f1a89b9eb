/** The machine that the command runs on. Tests give another one. */
import { constants, readFileSync } from "node:fs";
import { access, readFile, statfs } from "node:fs/promises";

export type Host = {
  /** The project's folder: .env, prisma/migrations and shopify.app.toml are there */
  folder: string;
  nodeVersion: string;
  /** Undefined where users have no numbers */
  uid: number | undefined;
  now: () => Date;
  /** Whether a zone of the IANA list is known here */
  knowsZone: (zone: string) => boolean;
  /** Whether this user may write to a file, or make files in a folder */
  mayWrite: (path: string) => Promise<boolean>;
  /** Bytes that this user may still write there; undefined where it cannot be told */
  freeBytes: (path: string) => Promise<number | undefined>;
  /** How many files and connections a process may have open; undefined where it cannot be told */
  openFiles: () => Promise<number | undefined>;
  /** Ports from here on need no privilege */
  freePorts: () => number;
  /** Milliseconds that one area may take, and all of them together */
  limits: { area: number; all: number };
};

export const thisHost: Host = {
  folder: ".",
  nodeVersion: process.versions.node,
  uid: process.getuid?.(),
  now: () => new Date(),
  knowsZone,
  mayWrite: (path) =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    ),
  freeBytes: (path) =>
    statfs(path).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => undefined,
    ),
  // Node raises its own limit as far as it may, so this is what the app will have.
  openFiles: () =>
    readFile("/proc/self/limits", "utf8").then(
      (text) => Number(/^Max open files\s+(\d+)/m.exec(text)?.[1]) || undefined,
      () => undefined,
    ),
  freePorts() {
    try {
      return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
    } catch {
      return process.platform === "linux" ? 1024 : 0;
    }
  },
  limits: { area: 20_000, all: 90_000 },
};

function knowsZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en-US", { timeZone }));
  } catch {
    return false;
  }
}
