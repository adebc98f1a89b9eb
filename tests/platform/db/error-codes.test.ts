import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { codesOf, DRIVER_TEXTS, driverText } from "~/platform/db/error-codes.server";
import {
  describeDatabaseError,
  isDatabaseUnavailable,
  isMissingTable,
  isStatementTimeout,
  isWriteConflict,
} from "~/platform/db/errors.server";

/** As pg makes it of what a server in another language says. */
const serverError = (code: string, message: string) =>
  Object.assign(new Error(message), { code, severity: "FEHLER", length: 99 });
/** As Prisma's client makes it of that. */
const fromPrisma = (code: string, message: string) =>
  Object.assign(new Error(`\nInvalid \`prisma.$queryRaw()\` invocation:\n\n\nRaw query failed.`), {
    ...{ name: "PrismaClientKnownRequestError", code: "P2010" },
    meta: {
      driverAdapterError: Object.assign(new Error(message), {
        name: "DriverAdapterError",
        cause: { originalCode: code, originalMessage: message, kind: "postgres", code, message },
      }),
    },
  });

describe("an error of a server that speaks another language", () => {
  it.each([
    ["25006", "INSERT kann nicht in einer Read-Only-Transaktion ausgeführt werden"],
    ["53100", "konnte Datei »base/1/2« nicht erweitern: Auf dem Gerät ist kein Speicherplatz mehr verfügbar"],
    ["53300", "tut mir leid, schon zu viele Verbindungen"],
    ["57P01", "Verbindung wird abgebrochen aufgrund von Anweisung des Administrators"],
    ["57P03", "das Datenbanksystem startet"],
    ["55000", "Datenbank »desk« akzeptiert gegenwärtig keine Verbindungen"],
    ["25P03", "Verbindung wird abgebrochen wegen Zeitüberschreitung in inaktiver Transaktion"],
    [
      "28000",
      "kein pg_hba.conf-Eintrag für Host »10.0.0.1«, Benutzer »desk«, Datenbank »desk«, keine Verschlüsselung",
    ],
    ["28P01", "Passwort-Authentifizierung für Benutzer »desk« fehlgeschlagen"],
    ["3D000", "Datenbank »nix« existiert nicht"],
    ["08P01", "query_wait_timeout"],
  ])("with %s is a database that is away, by its code", (code, message) => {
    for (const error of [serverError(code, message), fromPrisma(code, message)])
      expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each([
    ["57014", isStatementTimeout],
    ["40P01", isWriteConflict],
    ["40001", isWriteConflict],
    ["42P01", isMissingTable],
  ])("with %s is what it is, and not a database that is away", (code, is) => {
    for (const error of [serverError(code, "ein Satz"), fromPrisma(code, "ein Satz")])
      expect([is(error), isDatabaseUnavailable(error)]).toEqual([true, false]);
  });

  it("is never taken for one by what its text says", () => {
    for (const text of Object.keys(DRIVER_TEXTS)
      .slice(0, 1)
      .concat("40P01", "terminating connection", "ECONNREFUSED"))
      expect(isDatabaseUnavailable(serverError("22001", `a value with the words: ${text}`))).toBe(false);
  });
});

describe("an error that the driver gives no code", () => {
  const { resolve } = createRequire(import.meta.url);
  const lib = join(dirname(resolve("pg/package.json")), "lib");
  const source = [
    ...["client.js", "connection.js", "crypto/sasl.js"].map((file) => join(lib, file)),
    resolve("pg-pool"),
  ].map((file) => readFileSync(file, "utf8"));

  it.each(Object.entries(DRIVER_TEXTS))("is known by a constant of its source: %s", (text, code) => {
    expect(source.some((file) => file.includes(text))).toBe(true);
    expect([...codesOf(new Error(text))]).toEqual([code]);
    expect(isDatabaseUnavailable(new Error(text))).toBe(true);
  });
});

describe("an error of something else than a database", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), {
    code: "ECONNREFUSED",
    syscall: "connect",
  });

  it("does not pass for a database that is away by what caused it", () => {
    const ours = Object.assign(new Error("Google could not be reached.", { cause: refused }), {
      code: "NETWORK",
    });
    const fetchFailed = new TypeError("fetch failed", { cause: refused });
    expect([refused, ours, fetchFailed].map(isDatabaseUnavailable)).toEqual([true, false, false]);
  });

  it("is a missing file and not a missing socket, unless it was connected to", () => {
    const missing = { code: "ENOENT", message: "no such file" };
    expect(isDatabaseUnavailable({ ...missing, syscall: "open" })).toBe(false);
    expect(isDatabaseUnavailable({ ...missing, syscall: "connect" })).toBe(true);
  });
});

describe("the sentence about a database that cannot be used", () => {
  const url = "postgresql://desk:hunter2@db.internal:6432/shop";
  const sentence = (error: unknown, at = url) => describeDatabaseError(error, at).message;

  it.each([
    ["PG_NO_TLS", new Error("The server does not support SSL connections"), /offers no TLS/],
    [
      "no entry in pg_hba.conf",
      serverError("28000", "kein pg_hba.conf-Eintrag, keine Verschlüsselung"),
      /refuses user "desk" on database "shop": kein pg_hba.conf-Eintrag.*sslmode=verify-full/,
    ],
    [
      "an authority that is not known",
      Object.assign(new Error("self-signed certificate in certificate chain"), {
        code: "SELF_SIGNED_CERT_IN_CHAIN",
      }),
      /authority that this machine does not know \(self-signed certificate .*sslrootcert/,
    ],
    [
      "another host's certificate",
      Object.assign(new Error("Host: db.internal. is not cert's CN: other"), {
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
      }),
      /certificate of another name: Host: db\.internal/,
    ],
    [
      "no password",
      new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string"),
      /asks for the password of user "desk"/,
    ],
    ["no right to connect", serverError("42501", "keine Berechtigung für Datenbank shop"), /GRANT CONNECT/],
    [
      "the limit of a role",
      serverError("53300", "zu viele Verbindungen von Rolle »desk«"),
      /no connection left.*Rolle »desk«/,
    ],
    ["PgBouncer", serverError("08P01", "no such user"), /refuses the connection: no such user/],
    [
      "a server that starts",
      serverError("57P03", "das Datenbanksystem startet"),
      /starting.*das Datenbanksystem startet/,
    ],
    ["a full disk", serverError("53100", "kein Platz"), /no room or memory left: kein Platz/],
    ["anything else", fromPrisma("XX000", "interner Fehler"), /cannot be used: interner Fehler$/],
  ])("says the driver's cause: %s", (_, error, expected) => {
    expect(sentence(error)).toMatch(expected);
    expect(sentence(error)).not.toMatch(/hunter2|P2010|Raw query/);
  });

  it("does not ask for TLS where the address has it", () => {
    const error = serverError("28000", "Rolle »desk« existiert nicht");
    expect(sentence(error, `${url}?sslmode=verify-full`)).not.toMatch(/add \?sslmode/);
  });

  it("takes the words of the driver from where Prisma keeps them", () => {
    expect(driverText(fromPrisma("XX000", "interner Fehler"))).toBe("interner Fehler");
    expect(driverText(new Error("a\nb"))).toBe("b");
  });
});
