import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { libpqEnvironment } from "../../ops/backup/postgres-address";

const SYSTEM = "/etc/ssl/certs/ca-certificates.crt";
const at = (query: string) => libpqEnvironment(`postgresql://desk:p%40ss@db.internal/backroom?${query}`);

describe("an address for pg_dump and pg_restore", () => {
  afterEach(() => void vi.unstubAllEnvs());
  const home = () => {
    const folder = mkdtempSync(join(tmpdir(), "backroom-home-"));
    vi.stubEnv("HOME", folder);
    return folder;
  };

  it("is in variables, decoded", () => {
    expect(at("")).toMatchObject({
      ...{ PGHOST: "db.internal", PGUSER: "desk", PGPASSWORD: "p@ss", PGDATABASE: "backroom" },
    });
    expect(at("")).not.toHaveProperty("PGSSLMODE");
  });

  it.each([
    ["require", "require"],
    ["disable", "disable"],
    ["no-verify", "require"],
  ])("says sslmode %s in libpq's word %s, and names no authorities", (ours, libpqs) => {
    home();
    expect(at(`sslmode=${ours}`)).toMatchObject({ PGSSLMODE: libpqs });
    expect(at(`sslmode=${ours}`)).not.toHaveProperty("PGSSLROOTCERT");
  });

  it.each(["verify-ca", "verify-full"])("verifies by the system's authorities for sslmode %s", (mode) => {
    home();
    expect(at(`sslmode=${mode}`)).toMatchObject({ PGSSLMODE: mode });
    expect(at(`sslmode=${mode}`).PGSSLROOTCERT).toBe(existsSync(SYSTEM) ? SYSTEM : undefined);
  });

  it("prefers the authority that the address names, or that the user gave to libpq", () => {
    const folder = home();
    expect(at("sslmode=verify-full&sslrootcert=/run/ca.pem").PGSSLROOTCERT).toBe("/run/ca.pem");
    mkdirSync(join(folder, ".postgresql"));
    writeFileSync(join(folder, ".postgresql", "root.crt"), "");
    expect(at("sslmode=verify-full")).not.toHaveProperty("PGSSLROOTCERT");
  });
});
