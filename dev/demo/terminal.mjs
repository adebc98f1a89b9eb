// What `npm run demo` prints: numbered steps with the seconds they took.

/** A step that the demo cannot do; the message is a sentence for the person at the terminal. */
export class DemoError extends Error {
  name = "DemoError";
}

/**
 * Runs the steps in order and shows each: "1/6 Installing packages … done in 42 s". On a terminal the seconds tick; in a
 * log a line every ten seconds shows that it still works. A step answers with what it found, e.g. "up to date".
 */
export async function runSteps(steps) {
  for (const [i, { title, run }] of steps.entries()) {
    const label = `${i + 1}/${steps.length} ${title}`;
    const started = Date.now();
    const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
    const live = process.stdout.isTTY;
    process.stdout.write(live ? `${label} …` : `${label} …\n`);
    const tick = setInterval(
      () => (live ? process.stdout.write(`\r${label} … ${seconds()}`) : console.log(`    … ${seconds()}`)),
      live ? 1000 : 10_000,
    );
    try {
      const found = await run();
      const outcome = found ?? `done in ${seconds()}`;
      process.stdout.write(live ? `\r\x1b[K${label}: ${outcome}\n` : `${label}: ${outcome}\n`);
    } catch (error) {
      if (live) process.stdout.write("\n");
      throw error;
    } finally {
      clearInterval(tick);
    }
  }
}
