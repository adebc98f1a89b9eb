/** A thread for tests: does what its job says, and what the server says that it asks. */
import { serveThread } from "~/platform/untrusted/thread-side";

export type GreedyJob = { does: "answer" | "eat" | "spin" | "exit" | "throw" | "ask"; url?: string };

serveThread<GreedyJob, unknown>({
  async work({ does, url }, { fetch, signal }) {
    switch (does) {
      case "answer":
        return { answered: true };
      case "eat":
        for (const eaten: unknown[] = []; ;) eaten.push(new Array(1_000).fill({}));

      case "spin":
        for (;;);
      case "exit":
        process.exit(3);

      case "throw":
        throw new Error("an error of the job");
      case "ask":
        return (await fetch(url!, { signal })).text();
    }
  },
  reviveFailure: (failure) => new Error(String(failure)),
});
