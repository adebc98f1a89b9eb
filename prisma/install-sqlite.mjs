// Of `npm install`, and run by it in the project's folder.
import { installDriver, keepLockfile } from "./sqlite-driver.mjs";

keepLockfile();
if (!installDriver(process.env.npm_execpath)) {
  console.error(
    "The SQLite driver could not be compiled: install python3, make and a C++ compiler, or take Node 22.14 or later, which need none of them.",
  );
  process.exit(1);
}
