import type { Source } from "~/platform/env.server";

/**
 * Replaces every secret of the variables in a text. No check writes one; what a driver or a server says in its own words is why
 * this is here.
 */
export function hideSecrets(variables: Source): (text: string) => string {
  const secrets = Object.entries(variables)
    .flatMap(([name, value]) => (value ? secretsOf(name, value) : []))
    .filter((secret) => secret.length >= 4)
    .sort((one, other) => other.length - one.length);
  return (text) => secrets.reduce((so, secret) => so.replaceAll(secret, "[hidden]"), text);
}

function secretsOf(name: string, value: string): string[] {
  if (/_URL$|^HOST$/.test(name)) {
    const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^:/?#@]*:([^/?#]*)@/i.exec(value) ?? [];
    const inQuery = [...value.matchAll(/[?&](?:password|sslpassword)=([^&#]*)/g)].map(
      ([, secret]) => secret!,
    );
    return [password ?? [], inQuery].flat().flatMap((secret) => [secret, decoded(secret)]);
  }
  if (/SECRET|TOKEN|PASSWORD|IDENTITY$|ENCRYPTION_KEY|_API_KEY$/.test(name) && name !== "SHOPIFY_API_KEY")
    return [value, ...value.split(/[\s,:]/)].filter((part) => part.length >= 8 || part === value);
  return [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
