/**
 * Prisma (6.19) gives a transaction's connection back after its COMMIT or ROLLBACK, and forgets it where that fails: each
 * transaction that was open when the database went away would cost the pool one connection for good.
 */
import type { SqlDriverAdapterFactory, Transaction } from "@prisma/driver-adapter-utils";
import type { PoolClient } from "pg";

/** What adapter-pg's transactions hold */
type WithClient = { client: PoolClient; cleanup?: () => void };

/** The same factory, whose transactions give up a connection on which they could not be ended. */
export function releasingLost(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      const start = adapter.startTransaction.bind(adapter);
      adapter.startTransaction = async (isolation) => releasedWhenLost(await start(isolation));
      return adapter;
    },
  };
}

function releasedWhenLost(transaction: Transaction): Transaction {
  const { client, cleanup } = transaction as unknown as WithClient;
  const executeRaw = transaction.executeRaw.bind(transaction);
  transaction.executeRaw = async (query) => {
    try {
      return await executeRaw(query);
    } catch (error) {
      if (/^(COMMIT|ROLLBACK)$/i.test(query.sql)) {
        cleanup?.();
        // With an error, so that it is closed: nobody knows what state it is in.
        client.release(error as Error);
      }
      throw error;
    }
  };
  return transaction;
}
