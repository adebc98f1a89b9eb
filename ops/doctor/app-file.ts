/** shopify.app.toml, as far as it must agree with the variables. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";

export const APP_FILE = "shopify.app.toml";

const appFile = z.object({
  application_url: z.string().optional(),
  access_scopes: z.object({ scopes: z.string().default("") }).optional(),
});

export type AppFile = z.infer<typeof appFile>;

/** Undefined where it cannot be read, which the area of webhooks tells of. */
export async function readAppFile(folder: string): Promise<AppFile | undefined> {
  try {
    return appFile.safeParse(parse(await readFile(join(folder, APP_FILE), "utf8"))).data;
  } catch {
    return undefined;
  }
}
