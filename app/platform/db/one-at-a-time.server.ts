/**
 * SQLite's adapter has one connection, and holds back only transactions from each other: a plain statement would run inside
 * whatever transaction is open, and be undone with it. Here it waits for its end.
 */
import type { SqlDriverAdapterFactory, Transaction } from "@prisma/driver-adapter-utils";

type Adapter = Awaited<ReturnType<SqlDriverAdapterFactory["connect"]>>;

/** The same factory, whose connections run one transaction or one plain statement at a time, in the order asked for. */
export function oneAtATime(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => guarded(await factory.connect()),
  };
}

function guarded(adapter: Adapter): Adapter {
  const turns = new Turnstile();
  const alone = <A extends unknown[], R>(run: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      const release = await turns.enter();
      try {
        return await run.apply(adapter, args);
      } finally {
        release();
      }
    };
  };
  const changes: Partial<Adapter> = {
    queryRaw: alone(adapter.queryRaw.bind(adapter)),
    executeRaw: alone(adapter.executeRaw.bind(adapter)),
    executeScript: alone(adapter.executeScript.bind(adapter)),
    async startTransaction(isolationLevel) {
      const release = await turns.enter();
      try {
        return endingWith(await adapter.startTransaction(isolationLevel), release);
      } catch (error) {
        release();
        throw error;
      }
    },
  };
  return within(adapter, changes);
}

/** Prisma runs COMMIT or ROLLBACK as a statement of the transaction, and then calls the method of that name. */
function endingWith(transaction: Transaction, release: () => void): Transaction {
  return within(transaction, {
    commit: () => transaction.commit().finally(release),
    rollback: () => transaction.rollback().finally(release),
  });
}

/** `target` with some of its methods changed; the others keep their own `this`, whose fields are private. */
function within<T extends object>(target: T, changes: Partial<T>): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (name in changes) return changes[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** One at a time, first come first served. */
class Turnstile {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is one's turn, with what ends it. */
  async enter(): Promise<() => void> {
    const before = this.#last;
    let release!: () => void;
    this.#last = new Promise((resolve) => (release = resolve));
    await before;
    return release;
  }
}
