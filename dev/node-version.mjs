// Before `npm run demo` and `npm test`: one sentence about a Node that is too old, or that nothing was tried on.
const [major, minor] = process.versions.node.split(".").map(Number);
const TRIED = { 20: 19, 22: 12, 24: 0, 26: 0 };

if (major < 20 || minor < TRIED[major]) {
  console.error(
    `Backroom needs Node 20.19, 22.12, 24 or 26 (22.14 and later recommended); this is ${process.versions.node}.`,
  );
  process.exit(1);
} else if (!(major in TRIED)) {
  console.error(
    `Backroom was tried on Node 20, 22, 24 and 26, not on ${process.versions.node}; it goes on all the same.`,
  );
}
