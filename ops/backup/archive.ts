import type { Source } from "~/platform/env.server";
import type { Fingerprints } from "./fingerprint";
import type { Manifest } from "./manifest";

/** What is known of an archive beside its bytes, of the same instant as these. */
export type ArchiveFacts = {
  migration: string | null;
  server: string;
  tool: string;
  tables: Fingerprints;
} & Pick<Manifest, "schema" | "extensions" | "leftOut">;

export type Bytes = AsyncIterable<Uint8Array>;

/** Makes an archive and hands its bytes to `write` while they come. */
export type MakeArchive = (
  databaseUrl: string,
  options: {
    write: (archive: Bytes) => Promise<void>;
    scratch: string;
    variables: Source;
    signal: AbortSignal;
  },
) => Promise<ArchiveFacts>;
