import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
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
    ["postgresql://a:b@localhost/desk?port=55433", { PGHOST: "localhost", PGPORT: "55433" }],
    ["postgresql://a:b@localhost:5432/desk?port=55433", { PGPORT: "55433" }],
    ["postgresql://a:b@one/desk?host=two", { PGHOST: "two" }],
    ["postgresql://a:b@one/desk?host=two&host=three", { PGHOST: "three" }],
    [
      "postgresql:///desk?host=/run/postgresql&user=u&password=p%26q",
      { PGHOST: "/run/postgresql", PGUSER: "u" },
    ],
    ["postgresql://a:b@one/desk?user=c&password=d", { PGUSER: "c", PGPASSWORD: "d" }],
    ["postgresql://a:b@[::1]:6000/desk", { PGHOST: "::1", PGPORT: "6000" }],
    ["postgresql://a%40b:b@one", { PGUSER: "a@b", PGDATABASE: "a@b" }],
    ["postgresql://a:b@one/d%C3%A9sk?schema=public", { PGDATABASE: "désk" }],
  ])("means of %s what our driver means", (url, expected) => {
    const environment = libpqEnvironment(url);
    expect(environment).toMatchObject(expected);
    const { host, port, user, database } = new pg.Client(url);
    expect(environment).toMatchObject({ PGHOST: host, PGUSER: user, PGDATABASE: database });
    expect(Number(environment.PGPORT ?? 5432)).toBe(port);
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
