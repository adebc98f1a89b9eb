import type { Client, ClientConfig } from "pg";

/**
 * How the server writes what it sends, independent of the defaults of role and database: adapter-pg reads instants in ISO
 * form and takes them for UTC. These two settings every pooler passes on to the connection that serves us (PgBouncer tracks
 * both); any other one PgBouncer refuses at connect.
 */
const SPELLING = { DateStyle: "ISO, YMD", TimeZone: "UTC" };

export type ClientClass = new (config?: ClientConfig) => Client;

/** Not in pg's types */
type WithStartup = new (config?: ClientConfig) => Client & { getStartupConf(): Record<string, string> };

/** pg's Client, which says at connect how it wants dates written. */
export async function spellingClient(): Promise<ClientClass> {
  const { default: pg } = await import("pg");
  class SpellingClient extends (pg.Client as unknown as WithStartup) {
    override getStartupConf() {
      return { ...super.getStartupConf(), ...SPELLING };
    }
  }
  return SpellingClient;
}
