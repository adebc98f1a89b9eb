/** File descriptors: how many this process has, how many connections they allow, and errors for want of them. */

/** Idle connections of this number take some 60 MB; a proxy in front of the app opens some hundreds. */
const MOST_CONNECTIONS = 4_000;
const LEAST_CONNECTIONS = 8;
/** Node's own, the log, the database's file, and files that are opened for a moment */
const RESERVED = 48;

/**
 * How many connections a server may hold: half of what is left beside the database's, because a request may need a second
 * descriptor, for the file that it is answered with or for a call to Shopify.
 */
export function mostConnections(databaseConnections: number, descriptors = descriptorLimit()): number {
  const left = Math.floor((descriptors - RESERVED - databaseConnections) / 2);
  return Math.min(MOST_CONNECTIONS, Math.max(LEAST_CONNECTIONS, left));
}

/** `ulimit -n`, which Node raises to the hard limit as it starts; Infinity where there is none. */
export function descriptorLimit(): number {
  // Newer than its types. Without it the report looks up the names of all peers.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: unknown } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : Infinity;
}

/** Whether `error`, or what caused it, is that the process or the machine has no descriptor left: one may be free soon. */
export function isOutOfDescriptors(error: unknown): boolean {
  for (let depth = 0, at = error; depth < 10 && typeof at === "object" && at !== null; depth++) {
    if (OUT_OF_DESCRIPTORS.has((at as { code?: unknown }).code)) return true;
    at = (at as { cause?: unknown }).cause;
  }
  return false;
}

const OUT_OF_DESCRIPTORS = new Set<unknown>(["EMFILE", "ENFILE"]);
