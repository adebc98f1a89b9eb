import { STOPPED, type Io } from "~/platform/command.server";
import { BackupError } from "./backup-error";

/** 130 where a signal ended the work. What has a sentence of its own is not the stop: it may tell that a database was replaced. */
export async function unlessStopped(io: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!io.signal.aborted || error instanceof BackupError) throw error;
    io.err("Stopped. Nothing was left half done.");
    return STOPPED;
  }
}
