// A worker: SQLite's online backup holds its thread for as long as it copies, and the lease has to be renewed meanwhile.
// All pages in one step: in several, every write in between would make it begin again.
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";

const Database = createRequire(import.meta.url)(workerData.driver);
const source = new Database(workerData.from, { readonly: true, fileMustExist: true, timeout: 10_000 });
const { totalPages } = await source.backup(workerData.to, { progress: () => 0x7fffffff });
source.close();
parentPort.postMessage({ totalPages });
