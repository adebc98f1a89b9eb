import { SingleBar } from "cli-progress";

/** A bar for a person, a line every 10 % for a log. */
export function progress(total: number, unit: string): { done: (count: number) => void; stop: () => void } {
  if (!process.stdout.isTTY) return linesEveryTenth(total, unit);
  const bar = new SingleBar({
    format: `{bar} {value}/{total} ${unit}, {eta_formatted} left`,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { done: (count) => bar.update(count), stop: () => bar.stop() };
}

function linesEveryTenth(total: number, unit: string) {
  let said = 0;
  return {
    done: (count: number) => {
      const tenth = Math.floor((count / total) * 10);
      if (tenth > said) console.log(`${tenth * 10} % (${count} of ${total} ${unit})`);
      said = Math.max(said, tenth);
    },
    stop: () => {},
  };
}
