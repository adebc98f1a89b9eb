/** The table of contents of a pg_dump archive, as `pg_restore --list` prints it, and which of its entries a restore takes. */
import type { Manifest } from "./manifest";
import type { Needs } from "./postgres-needs";

export type Entry = {
  id: number;
  /** "<oid of its catalogue> <its oid>"; "0 0" for what has no oid of its own, such as a comment */
  object: string;
  kind: string;
  /** Null for what stands in none of the schemas that are asked for */
  schema: string | null;
  /** Name and owner */
  rest: string;
  /** The whole line, which `pg_restore --use-list` takes back */
  line: string;
};

/** What the manifest says is in the archive and no restore takes. */
export type LeftOut = NonNullable<Manifest["leftOut"]>;

const KINDS =
  /^(TABLE DATA|TABLE ATTACH|INDEX ATTACH|SEQUENCE SET|SEQUENCE OWNED BY|MATERIALIZED VIEW DATA|MATERIALIZED VIEW|FK CONSTRAINT|CHECK CONSTRAINT|DEFAULT ACL|ROW SECURITY|EVENT TRIGGER|FOREIGN TABLE|FOREIGN DATA WRAPPER|FOREIGN SERVER|USER MAPPING|TEXT SEARCH [A-Z]+|OPERATOR CLASS|OPERATOR FAMILY|PROCEDURAL LANGUAGE|PUBLICATION TABLES IN SCHEMA|PUBLICATION TABLE|SUBSCRIPTION TABLE|SHELL TYPE|SECURITY LABEL|ACCESS METHOD|STATISTICS DATA|DATABASE PROPERTIES|[A-Z]+) (.*)$/;

/** Of a schema, and yet the database's or a role's and not the app's. */
const NEVER =
  /^(SCHEMA|DEFAULT ACL|SECURITY LABEL|PUBLICATION|SUBSCRIPTION|FOREIGN|SERVER|USER MAPPING|EVENT TRIGGER)/;
/** What names roles that another server need not have */
const PRIVILEGES = /^(ACL|POLICY)$/;

export function parseList(list: string, schemas: string[]): Entry[] {
  return list.split("\n").flatMap((line) => {
    const [, id, object, text] = /^(\d+); (\d+ \d+) (.+)$/.exec(line) ?? [];
    const [, kind, after] = KINDS.exec(text ?? "") ?? [];
    if (!id || !kind) return [];
    const schema = schemas.find((name) => after!.startsWith(`${name} `)) ?? null;
    const rest = schema === null ? after! : after!.slice(schema.length + 1);
    return [{ id: Number(id), object: object!, kind, schema, rest, line }];
  });
}

/** Of a new archive, what a restore is not to take. */
export function leftOutOf(entries: Entry[], owners: string[], needs: Needs): LeftOut {
  const unmakeable = entries.filter(({ object }) => needs.unmakeable.has(object));
  const isLeft = (entry: Entry) =>
    !isOfSchema(entry) ||
    !(isOf(owners, entry) || needs.types.has(entry.object)) ||
    needs.unmakeable.has(entry.object) ||
    (entry.kind === "ACL" && needs.granted.some((name) => isOn(entry, "(?:TABLE|SEQUENCE|COLUMN)", name))) ||
    unmakeable.some((one) => isCommentOn(entry, one.kind, needs.unmakeable.get(one.object)!));
  return entries
    .filter(isLeft)
    .map(({ id, line }) => ({ id, what: line.replace(/^\d+; \d+ \d+ /, "").trim() }));
}

/** What a restore takes; by the owners of its tables where the manifest does not say it. */
export function takenFrom(
  list: string,
  manifest: Manifest,
  { noPrivileges = false }: { noPrivileges?: boolean },
): Entry[] {
  const entries = parseList(list, schemasOf(manifest));
  const left = manifest.leftOut && new Set(manifest.leftOut.map(({ id }) => id));
  const owners = left ? [] : ownersOfTables(entries, manifest);
  return entries.filter(
    (entry) =>
      isOfSchema(entry) &&
      (left ? !left.has(entry.id) : isOf(owners, entry)) &&
      !(noPrivileges && PRIVILEGES.test(entry.kind)),
  );
}

/** Those of its tables; before there was one alone, a manifest named tables of others with their schema. */
export function schemasOf({ schema, tables }: Manifest): string[] {
  if (schema !== undefined) return [schema];
  return [...new Set(["public", ...Object.keys(tables).flatMap((name) => /^(.+)\./.exec(name)?.[1] ?? [])])];
}

function ownersOfTables(entries: Entry[], { tables }: Manifest): string[] {
  const found = entries
    .filter(({ kind, schema }) => kind === "TABLE" && schema !== null)
    .flatMap(({ schema, rest }) => {
      const prefix = schema === "public" ? "" : `${schema}.`;
      const name = Object.keys(tables).find((table) => `${prefix}${rest}`.startsWith(`${table} `));
      return name === undefined ? [] : [rest.slice(name.length - prefix.length + 1)];
    });
  return [...new Set(found)];
}

function isOfSchema({ schema, kind }: Entry): boolean {
  return schema !== null && !NEVER.test(kind);
}

function isOf(owners: string[], { rest }: Entry): boolean {
  return owners.some((owner) => rest.endsWith(` ${owner}`));
}

function isCommentOn(entry: Entry, ofKind: string, name: string): boolean {
  return /^(COMMENT|ACL)$/.test(entry.kind) && isOn(entry, ofKind.replace(/^(FK|CHECK) /, ""), name);
}

/** @param kind a pattern; what follows the name is its table, its arguments, a column or the owner */
function isOn({ rest }: Entry, kind: string, name: string): boolean {
  const [, start] = new RegExp(`^${kind} (.*)$`).exec(rest) ?? [];
  return [name, `"${name.replaceAll('"', '""')}"`].some(
    (written) => start?.startsWith(written) && /[ (.]/.test(start[written.length] ?? ""),
  );
}
