/**
 * Shopify's own Prisma session storage, with a table underneath that seals the tokens on their way in and opens them
 * on their way out. Shopify's code maps sessions to rows; ours sees only rows.
 */
import type { Session } from "@shopify/shopify-api";
import type { SessionStorage } from "@shopify/shopify-app-session-storage";
import { PrismaSessionStorage } from "@shopify/shopify-app-session-storage-prisma";
import { EnvelopeError, open, seal, type SecretPlace } from "../crypto/envelope.server";
import { KeyUnavailableError, type KeyProvider } from "../crypto/keyring.server";
import type { Queryable } from "../db/client.server";
import { isUniqueViolation } from "../db/errors.server";

/** Shopify's documented lifetime of an expiring offline token. */
const ACCESS_TOKEN_LIFETIME_MS = 60 * 60 * 1000;

type SessionTable = Queryable["session"];
type Row = NonNullable<Awaited<ReturnType<SessionTable["findUnique"]>>>;
type Tokens = Pick<Row, "accessToken" | "refreshToken">;
type SessionData = Omit<Row, "createdAt" | "updatedAt" | "refreshLockedUntil">;
type Upsert = { where: { id: string }; update: SessionData; create: SessionData };

/** A stored session whose tokens do not open; `cause` says why. It is not "no session": nothing is passed off as absent. */
export class SessionUnreadableError extends Error {
  readonly name = "SessionUnreadableError";
  readonly code = "SESSION_UNREADABLE";
  constructor(
    readonly sessionId: string,
    cause: EnvelopeError | KeyUnavailableError,
  ) {
    super(cause.message, { cause });
  }
}

/** `connect` is asked at every call, so that the storage works again as soon as the database does. */
export class EncryptedSessionStorage implements SessionStorage {
  private readonly inner: PrismaSessionStorage<never>;

  constructor(
    private readonly connect: () => Promise<Pick<Queryable, "session">>,
    keys: KeyProvider | (() => KeyProvider),
  ) {
    const table = sealedTable(connect, typeof keys === "function" ? keys : () => keys);
    this.inner = new PrismaSessionStorage({ session: table } as never);
  }

  /**
   * Shopify has answered a refresh without `expires_in`; stored as it came, that session would never be refreshed
   * again (shopify-app-js#3400). A session with a refresh token is one that expires.
   */
  async storeSession(session: Session): Promise<boolean> {
    if (session.refreshToken && !session.expires)
      session.expires = new Date(Date.now() + ACCESS_TOKEN_LIFETIME_MS);
    return this.inner.storeSession(session);
  }

  async loadSession(id: string): Promise<Session | undefined> {
    const session = await this.inner.loadSession(id);
    return session && withoutNullUser(session);
  }

  /** Not the library's: it reports success when the delete failed, and a token would outlive its shop. */
  async deleteSession(id: string): Promise<boolean> {
    return this.deleteSessions([id]);
  }

  async deleteSessions(ids: string[]): Promise<boolean> {
    return this.inner.deleteSessions(ids);
  }

  async findSessionsByShop(shop: string): Promise<Session[]> {
    return (await this.inner.findSessionsByShop(shop)).map(withoutNullUser);
  }

  /** Every session of a shop, however many: the library's look-up stops at 25. */
  async deleteSessionsOfShop(shop: string): Promise<void> {
    await deleteSessionsOfShop(await this.connect(), shop);
  }
}

type SessionQueries = Pick<Queryable, "session">;

/** In whatever transaction it is called. Returns how many there were. */
export async function deleteSessionsOfShop(db: SessionQueries, shop: string): Promise<number> {
  const { count } = await db.session.deleteMany({ where: { shop } });
  return count;
}

/**
 * Whether Shopify has issued a token to this shop after `instant`, as far as its offline session tells: then the app was
 * installed later than that. A token says when it expires, which is an hour after it was issued; that the row was written
 * later as well guards against tokens that live longer one day.
 */
export async function hasTokenIssuedAfter(db: SessionQueries, shop: string, instant: Date): Promise<boolean> {
  const expires = { gt: new Date(instant.getTime() + ACCESS_TOKEN_LIFETIME_MS) };
  const where = { shop, isOnline: false, updatedAt: { gt: instant }, expires };
  return (await db.session.count({ where })) > 0;
}

/** What the shop's offline sessions may do from now on; returns how many were told otherwise before. */
export async function updateScopeOfShop(db: SessionQueries, shop: string, scope: string): Promise<number> {
  const { count } = await db.session.updateMany({
    where: { shop, isOnline: false, OR: [{ scope: null }, { scope: { not: scope } }] },
    data: { scope },
  });
  return count;
}

/** The library reads the absent user of an offline session back as the text "null". */
function withoutNullUser(session: Session): Session {
  if (!session.isOnline) session.onlineAccessInfo = undefined;
  return session;
}

/** The five calls that PrismaSessionStorage makes, with sealed tokens below them. */
function sealedTable(connect: () => Promise<Pick<Queryable, "session">>, keys: () => KeyProvider) {
  const table = async () => (await connect()).session;

  const sealRow = async (row: SessionData): Promise<SessionData> => ({
    ...row,
    ...(await sealTokens(keys(), row)),
  });
  const openRow = async (row: Row): Promise<Row> => {
    try {
      return { ...row, ...(await openTokens(keys(), row)) };
    } catch (error) {
      if (error instanceof EnvelopeError || error instanceof KeyUnavailableError)
        throw new SessionUnreadableError(row.id, error);
      throw error;
    }
  };

  return {
    /** The library counts rows to learn whether the table exists; that is /readyz's business. */
    count: async () => 0,
    async upsert({ where, update }: Upsert) {
      const data = await sealRow(update);
      const write = async () => (await table()).upsert({ where, update: data, create: data });
      // Two loaders of one page both insert the first session; the loser updates (template-remix#536).
      return write().catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        return write();
      });
    },
    async findUnique(query: Parameters<SessionTable["findUnique"]>[0]) {
      const row = await (await table()).findUnique(query);
      return row && openRow(row);
    },
    async findMany(query: Parameters<SessionTable["findMany"]>[0]) {
      const rows = await (await table()).findMany(query);
      return Promise.all(rows.map((row) => openRow(row)));
    },
    async deleteMany(query: Parameters<SessionTable["deleteMany"]>[0]) {
      return (await table()).deleteMany(query);
    },
  };
}

type Identity = Pick<Row, "id" | "shop">;

export function sessionTokenPlace(row: Identity, field: keyof Tokens): SecretPlace {
  return { table: "Session", storeId: row.shop, provider: row.id, field };
}

/** Exported for the seed, which writes session rows in bulk. */
export async function sealTokens(keys: KeyProvider, row: Identity & Tokens): Promise<Tokens> {
  const sealField = async (field: keyof Tokens, value: string | null) =>
    value ? (await seal(keys, sessionTokenPlace(row, field), value)).envelope : value;
  return {
    accessToken: (await sealField("accessToken", row.accessToken)) ?? "",
    refreshToken: await sealField("refreshToken", row.refreshToken),
  };
}

export async function openTokens(keys: KeyProvider, row: Identity & Tokens): Promise<Tokens> {
  const openField = async (field: keyof Tokens, value: string | null) =>
    value ? open(keys, sessionTokenPlace(row, field), value) : value;
  return {
    accessToken: (await openField("accessToken", row.accessToken)) ?? "",
    refreshToken: await openField("refreshToken", row.refreshToken),
  };
}
