import { SingleBar } from "cli-progress";
import type { Io } from "~/platform/command.server";

/** A bar for a person, a line every 10 % for a log. */
export function progress(
  io: Pick<Io, "out" | "terminal">,
  total: number,
  unit: string,
): { done: (count: number) => void; stop: () => void } {
  if (!io.terminal) return linesEveryTenth(io.out, total, unit);
  const bar = new SingleBar({
    format: `{bar} {value}/{total} ${unit}, {eta_formatted} left`,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { done: (count) => bar.update(count), stop: () => bar.stop() };
}

function linesEveryTenth(out: Io["out"], total: number, unit: string) {
  let said = 0;
  return {
    done: (count: number) => {
      const tenth = Math.floor((count / total) * 10);
      if (tenth > said) out(`${tenth * 10} % (${count} of ${total} ${unit})`);
      said = Math.max(said, tenth);
    },
    stop: () => {},
  };
}
