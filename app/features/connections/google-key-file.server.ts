/** The JSON file that Google Cloud gives out with a service account's key, as merchants paste it. */
import { createPrivateKey } from "node:crypto";
import { z } from "zod";
import type { GoogleCredential } from "./credential";
import type { Parsed } from "./pasted";

const MOST_BYTES = 20_000;
const text = z.string().trim().min(1);
const serviceAccount = z.object({
  client_email: text,
  private_key: text,
  private_key_id: z.string().default(""),
});
const authorizedUser = z.object({ client_id: text, client_secret: text, refresh_token: text });
const file = z.looseObject({ type: z.string().optional() });

/**
 * A credential, or a sentence that never repeats anything of the file. The file that gcloud writes for a signed-in person
 * (`authorized_user`) holds a grant and is taken as one.
 */
export function parseServiceAccountJson(pasted: string): Parsed<GoogleCredential> {
  if (Buffer.byteLength(pasted) > MOST_BYTES)
    return no("This is too long for a service account's JSON file.");
  if (!pasted.trim()) return no("Paste the service account's JSON file, whole.");
  const content = file.safeParse(jsonOf(pasted.trim()));
  if (!content.success) return no("This is no JSON file. Paste it whole, from the first { to the last }.");
  const { data } = content;
  if ("installed" in data || "web" in data)
    return no(
      "This is the file of an OAuth client, not of a service account: create a key under IAM › Service accounts.",
    );
  switch (data.type) {
    case "service_account":
      return readServiceAccount(data);
    case "authorized_user":
      return readAuthorizedUser(data);
    case undefined:
      return no("This JSON is not a key file of Google: it has no “type”.");
    default:
      return no(
        "This key file is of another type; it has to be a service account's, with “type”: “service_account”.",
      );
  }
}

function readServiceAccount(data: object): Parsed<GoogleCredential> {
  const parsed = serviceAccount.safeParse(data);
  if (!parsed.success) return missing(parsed.error);
  const { client_email, private_key, private_key_id } = parsed.data;
  if (!z.email().safeParse(client_email).success)
    return no("The file's “client_email” is no e-mail address.");
  const privateKey = withNewlines(private_key);
  const wrong = wrongWith(privateKey);
  if (wrong) return no(wrong);
  const credential = { clientEmail: client_email, privateKey, privateKeyId: private_key_id };
  return { ok: true, value: { kind: "service_account", ...credential } };
}

function readAuthorizedUser(data: object): Parsed<GoogleCredential> {
  const parsed = authorizedUser.safeParse(data);
  if (!parsed.success) return missing(parsed.error);
  const { client_id, client_secret, refresh_token } = parsed.data;
  const credential = { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token };
  return { ok: true, value: { kind: "oauth", ...credential } };
}

/** Environment variables and chat programs leave a key with the two characters \n where its lines end. */
function withNewlines(key: string): string {
  return `${key.replace(/\\r/g, "").replace(/\\n/g, "\n").replace(/\r/g, "").trim()}\n`;
}

function wrongWith(privateKey: string): string | null {
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType !== "rsa")
      return "The file's “private_key” is no RSA key; Google signs with RSA.";
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
      return "The file's “private_key” is shorter than 2048 bits.";
    return null;
  } catch {
    return "The file's “private_key” is not a whole private key in PEM form. Download the file again and paste it whole.";
  }
}

function missing(error: z.ZodError): { ok: false; sentence: string } {
  const fields = [...new Set(error.issues.map(({ path }) => `“${String(path[0])}”`))];
  return no(`The file has no ${fields.join(" and no ")}. Paste it whole, or download it again.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function no(sentence: string): { ok: false; sentence: string } {
  return { ok: false, sentence };
}
