/** The scopes that the app asks for: the variable, shopify.app.toml, and what merchants granted. */
import { readAppFile } from "./app-file";
import type { Check, DatabaseCheck } from "./context";
import { count, few, found } from "./finding";

export const scopesOfFile: Check = async ({ configuration, host }) => {
  const file = (await readAppFile(host.folder))?.access_scopes?.scopes;
  if (!configuration) return [found("note", "NOT_CHECKED", "Not checked: the variables are not valid.")];
  // The area of webhooks tells why it cannot be read.
  if (file === undefined) return [];
  const declared = split(file);
  const { scopes } = configuration.env;
  const differing = [
    ...scopes.filter((scope) => !declared.includes(scope)).map((scope) => `${scope} is only in SCOPES`),
    ...declared.filter((scope) => !scopes.includes(scope)).map((scope) => `${scope} is only in the file`),
  ];
  if (!differing.length) return [];
  return [
    found(
      "mend",
      "SCOPES_DIFFER",
      `SCOPES and the access_scopes of shopify.app.toml differ: ${few(differing, 4)}.`,
      "Write the same list in both, then: shopify app deploy",
    ),
  ];
};

export const grantedScopes: DatabaseCheck = async (db, { configuration }) => {
  if (!configuration) return [];
  const groups = await db.session.groupBy({
    by: ["scope"],
    where: { isOnline: false, accessToken: { not: "" } },
    _count: { _all: true },
  });
  const lacking = groups.flatMap(({ scope, _count }) => {
    if (scope === null) return [];
    const missing = configuration.env.scopes.filter((wanted) => !grants(split(scope), wanted));
    return missing.length ? [{ missing, sessions: _count._all }] : [];
  });
  if (!lacking.length) return [];
  const missing = [...new Set(lacking.flatMap((group) => group.missing))];
  const sessions = lacking.reduce((all, group) => all + group.sessions, 0);
  return [
    found(
      "warning",
      "SCOPES_NOT_GRANTED",
      `${count(sessions, "shop")} did not grant ${few(missing, 5)}.`,
      "Deploy shopify.app.toml (shopify app deploy); Shopify then asks the merchant at the next visit.",
    ),
  ];
};

/** At Shopify the right to write includes that to read. */
function grants(granted: string[], wanted: string): boolean {
  return (
    granted.includes(wanted) || granted.includes(wanted.replace(/^(unauthenticated_)?read_/, "$1write_"))
  );
}

function split(list: string): string[] {
  return list.split(",").flatMap((scope) => scope.trim() || []);
}
