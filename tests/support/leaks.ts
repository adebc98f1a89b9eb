import { PROVIDERS } from "~/features/connections/provider";
import { secretPartsOf } from "~/features/connections/credential";
import { seededCredential, secretText } from "../../prisma/seed/secrets";

const DEMO = "backroom-demo.myshopify.com";
const SECOND = "backroom-second.myshopify.com";

/** Every secret that the seed invents: provider credentials, and the tokens of its shops. */
export const SEEDED_SECRETS = [
  ...PROVIDERS.flatMap((provider) => secretPartsOf(seededCredential(DEMO, provider))),
  ...secretPartsOf(seededCredential(SECOND, "GSC")),
  ...[DEMO, SECOND].flatMap((shop) => [
    secretText("shpat_", shop, "access"),
    secretText("shprt_", shop, "refresh"),
  ]),
];

/** The ways in which a secret may lie in a file without being read at first sight. */
export function disguises(secret: string): string[] {
  // Base64 depends on what stands before it: of each of the three alignments, the part that is always the same.
  const base64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.from("x".repeat(shift) + secret).toString("base64");
    const inner = text.slice(Math.ceil((shift * 8) / 6) + 1, -4);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const hex = Buffer.from(secret).toString("hex");
  return [
    secret,
    ...base64,
    hex,
    hex.toUpperCase(),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    [...secret].reverse().join(""),
  ];
}

/** The forms of `secrets` that are in `bytes`; none is good. */
export function findLeaks(bytes: Buffer, secrets: string[]): string[] {
  return secrets.flatMap((secret) => disguises(secret).filter((text) => bytes.includes(text)));
}
