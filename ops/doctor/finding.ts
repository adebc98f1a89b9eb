/** What `npm run doctor` can find. Codes are a contract: monitors compare them. */
export type Level = "ok" | "note" | "warning" | "mend";

/** Every code by its area, in the order in which areas are checked and printed. */
export const CODES = {
  configuration: [
    "ENV_INVALID",
    "ENV_FILE_DAMAGED",
    "ENV_FILE_ENCODING",
    "NOT_PRODUCTION",
    "APP_URL_LOOPBACK",
    "SECRET_REUSED",
    "CRON_SECRET_UNSET",
    "METRICS_TOKEN_UNSET",
    "NODE_UNSUPPORTED",
    "NODE_OLD",
    "TLS_WEAKENED",
    "FILES_LIMIT_LOW",
    "TEMP_FOLDER_UNUSABLE",
    "PORT_PRIVILEGED",
    "PORT_TAKEN",
  ],
  database: [
    "DATABASE_UNAVAILABLE",
    "READ_ONLY",
    "DATE_STYLE",
    "ENCODING",
    "ISOLATION",
    "PRIVILEGES",
    "ROW_SECURITY",
    "SCHEMA_ELSEWHERE",
    "DURABILITY",
    "TIMEOUT",
    "SERVER_OLD",
    "TLS_NOT_VERIFIED",
    "ADDRESS_AMBIGUOUS",
    "DIRECT_URL_UNUSED",
    "DIRECT_URL_UNAVAILABLE",
    "DIRECT_URL_ELSEWHERE",
    "DIRECT_URL_POOLED",
    "DIRECT_URL_MISSING",
    "SHADOW_IS_DATABASE",
    "SHADOW_UNAVAILABLE",
    "SQLITE_UNWRITABLE",
    "DISK_LOW",
  ],
  schema: [
    "MIGRATIONS_PENDING",
    "MIGRATION_FAILED",
    "MIGRATIONS_AHEAD",
    "MIGRATION_CHANGED",
    "MIGRATION_LINE_ENDS",
    "SCHEMA_DRIFT",
    "INDEX_INVALID",
  ],
  pool: ["POOL_OVER_LIMIT", "CONNECTIONS_NEARLY_USED"],
  keys: ["KEY_MISSING", "SECRET_UNREADABLE", "REWRAP_DUE", "KEY_IDLE", "KEY_SERVICE_UNAVAILABLE"],
  sessions: ["SESSION_UNREADABLE", "SESSION_MISSING", "SESSION_ENDED"],
  scopes: ["SCOPES_DIFFER", "SCOPES_NOT_GRANTED"],
  webhooks: [
    "TOPICS_NOT_DECLARED",
    "APP_FILE_UNREADABLE",
    "APP_FILE_URL",
    "CALLBACK_ELSEWHERE",
    "HANDSHAKE_FAILED",
    "INBOX_WAITING",
    "INBOX_DEAD",
    "COMPLIANCE_OVERDUE",
    "COMPLIANCE_DUE_SOON",
  ],
  clock: ["CLOCK_OFF", "TIME_ZONES_MISSING", "STORE_ZONE_UNKNOWN", "DEMO_CLOCK"],
  backups: [
    "BACKUPS_NOT_SET_UP",
    "BACKUP_ENV_INVALID",
    "BACKUP_KEY_MISMATCH",
    "BACKUP_FOLDER_UNWRITABLE",
    "BACKUP_STORE_UNAVAILABLE",
    "BACKUP_MISSING",
    "BACKUP_OLD",
    "BACKUP_UNFINISHED",
    "BACKUP_TOOL",
    "BACKUP_DISK_LOW",
    "VERIFY_NOT_ALLOWED",
  ],
  schedules: ["SWEEP_OVERDUE", "SWEEP_FAILED", "SWEEP_INCOMPLETE", "REFRESH_OVERDUE", "ROTATION_DUE"],
} as const;

export type Area = keyof typeof CODES;

/** Of every area: it found nothing, could not look, took too long, or broke. */
export const COMMON_CODES = ["OK", "NOT_CHECKED", "CHECK_TIMED_OUT", "CHECK_FAILED"] as const;

export type Code = (typeof CODES)[Area][number] | (typeof COMMON_CODES)[number];

export type Finding = {
  area: Area;
  code: Code;
  /** "mend" is what makes the command end with 1 */
  level: Level;
  /** What is so */
  sentence: string;
  /** What to do, where the sentence does not say it */
  do?: string;
};

/** A finding of one area without the area's name, which is added where the areas are run. */
export type Found = Omit<Finding, "area">;

export function found(level: Level, code: Code, sentence: string, todo?: string): Found {
  return { code, level, sentence, ...(todo && { do: todo }) };
}

/** The first few of a list, and how many more there are. */
export function few(names: string[], most = 3): string {
  return names.length > most
    ? `${names.slice(0, most).join(", ")} and ${names.length - most} more`
    : names.join(", ");
}

/** The verb that fits a number of things. */
export function verb(number: number, one: string, many: string): string {
  return number === 1 ? one : many;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}
