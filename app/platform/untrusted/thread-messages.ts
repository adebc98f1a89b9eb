/** What the two sides of a thread say to each other (thread.server.ts, thread-side.ts). Bodies of answers come in chunks. */
export type ToThread =
  | { type: "job"; input: unknown }
  | { type: "abort" }
  | { type: "response"; fetch: number; head: ResponseHead }
  | { type: "chunk"; fetch: number; bytes: Uint8Array }
  | { type: "end"; fetch: number }
  | { type: "failed"; fetch: number; failure: unknown };

export type FromThread =
  | { type: "fetch"; fetch: number; request: PlainRequest }
  | { type: "cancel"; fetch: number }
  /** The value of the job; the thread may still tidy up */
  | { type: "value"; value: unknown }
  | { type: "threw"; message: string }
  /** Ready for the next job */
  | { type: "quiet" };

export type PlainRequest = {
  url: string;
  method: string;
  headers: [string, string][];
  body: string | null;
};

export type ResponseHead = {
  status: number;
  statusText: string;
  headers: [string, string][];
  url: string;
  hasBody: boolean;
};
