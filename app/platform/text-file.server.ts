import { readFileSync } from "node:fs";

/** A file that cannot be read as text; `message` names it and says what to do. */
export class TextFileError extends Error {
  readonly name = "TextFileError";
  readonly code = "TEXT_FILE_UNREADABLE";
}

/**
 * The text of a UTF-8 file without a byte order mark, its lines ended by \n; undefined when there is no such file.
 * @throws {TextFileError}
 */
export function readTextFile(path: string): string | undefined {
  const bytes = readBytes(path);
  if (!bytes) return undefined;
  // Windows PowerShell writes UTF-16 with `>`: it begins with a mark, or every other byte is zero.
  if (bytes.includes(0) || /^(fffe|feff)/.test(bytes.toString("hex", 0, 2)))
    throw new TextFileError(`${path} is not UTF-8 but UTF-16. Save it as UTF-8.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
  } catch {
    throw new TextFileError(`${path} is not UTF-8. Save it as UTF-8.`);
  }
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR")
      throw new TextFileError(`${path} is a folder; it must be a file, or not be there.`);
    throw new TextFileError(`${path} cannot be read (${code}). Give this user the right to read it.`);
  }
}
