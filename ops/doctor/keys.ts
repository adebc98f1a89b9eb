/** Whether every stored secret can be opened, and under which key it is. */
import { countByKey } from "~/features/rewrap/rewrap.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import type { DatabaseCheck } from "./context";
import { count, few, found, type Found, verb } from "./finding";
import type { OpenedEnvelopes } from "./open-envelopes";

const REASONS = 2;

export const keys: DatabaseCheck = async (db, { keys, keySources, envelopes }) => {
  if (!keys || !keySources)
    return [found("note", "NOT_CHECKED", "Not checked: the variables of the keys are not valid.")];
  const findings: Found[] = [];
  const counts = await countByKey(db);
  const current = await keys.current().catch((error: unknown) => {
    if (!(error instanceof KeyServiceError)) throw error;
    findings.push(found("mend", "KEY_SERVICE_UNAVAILABLE", error.message));
    return undefined;
  });

  const ring = (keySources.keyring ?? []).map(({ id }) => id);
  const used = [...new Set(counts.map(({ keyId }) => keyId))];
  const missing = used.filter((id) => id && !isKmsId(id) && !ring.includes(id));
  for (const id of missing)
    findings.push(
      found(
        "mend",
        "KEY_MISSING",
        `${count(sum(counts, id), "stored secret")} ${verb(sum(counts, id), "is", "are")} under the key "${id}", which ENCRYPTION_KEY does not have.`,
        'Add that key after the current one. If it is lost: ops/RUNBOOK.md, "A key is lost".',
      ),
    );

  const opened = await envelopes();
  if (opened.service && current)
    findings.push(found("mend", "KEY_SERVICE_UNAVAILABLE", opened.service.message));
  findings.push(...unreadable(opened, (table) => table !== "Session", "SECRET_UNREADABLE"));
  if (opened.isCut)
    findings.push(
      found(
        "note",
        "NOT_CHECKED",
        "Not every stored secret was opened: there are more than the time allows.",
      ),
    );

  const older = used.filter((id) => id && id !== current?.id && !missing.includes(id));
  const waiting = older.reduce((all, id) => all + sum(counts, id), 0);
  if (current && older.length)
    findings.push(
      found(
        "warning",
        "REWRAP_DUE",
        `${count(waiting, "stored secret")} ${verb(waiting, "is", "are")} still under an older key (${few(older)}).`,
        "Run: npm run secrets:rewrap",
      ),
    );
  const idle = ring.filter((id) => id !== current?.id && !used.includes(id));
  if (current && idle.length)
    findings.push(
      found(
        "note",
        "KEY_IDLE",
        `Nothing in the database is under the older key ${few(idle)}.`,
        "ENCRYPTION_KEY may drop it once no backup that is kept needs it.",
      ),
    );
  return findings;
};

/** Also for the sessions, whose tokens are under the same cipher. */
export function unreadable(
  { columns }: OpenedEnvelopes,
  isOurs: (table: string) => boolean,
  code: "SECRET_UNREADABLE" | "SESSION_UNREADABLE",
): Found[] {
  return columns
    .filter(({ table, refused }) => isOurs(table) && refused.length)
    .map(({ table, column, refused, opened }) =>
      found(
        "mend",
        code,
        `${refused.length.toLocaleString("en-US")} of ${count(refused.length + opened, "value")} of ${table}.${column} ${verb(refused.length, "does", "do")} not open: ${few([...new Set(refused.map(({ reason }) => reason))], REASONS)}`,
        `${ADVICE[table] ?? "Give the process the key that sealed it."} Rows: ${few(refused.map(({ id }) => id))}.`,
      ),
    );
}

const ADVICE: Record<string, string> = {
  StoreSecret: "Give the process the key that sealed it, or let the merchant connect the provider again.",
  Session: "Give the process the key that sealed it, or let the merchant open the app again.",
};

function isKmsId(id: string): boolean {
  return /^kms-[0-9a-f]{16}$/.test(id);
}

function sum(counts: { keyId: string; count: number }[], id: string): number {
  return counts.filter(({ keyId }) => keyId === id).reduce((all, { count }) => all + count, 0);
}
