/** What the app's frame and the admin around it say to each other. Both sides check the origin of what they hear. */
export type Button = { id: string; label: string; primary: boolean; disabled: boolean };

export type FromApp =
  | { kind: "ready" }
  | { kind: "id-token"; request: number }
  | { kind: "path"; path: string }
  | { kind: "title"; title: string | null; buttons: Button[] }
  | { kind: "nav"; links: { label: string; href: string; home: boolean }[] }
  | { kind: "toast"; id: string; message: string; isError: boolean; duration: number; action: string | null }
  | { kind: "toast-hide"; id: string }
  | { kind: "loading"; on: boolean }
  | { kind: "save-bar"; id: string; visible: boolean; save: Button | null; discard: Button | null }
  | { kind: "leave"; request: number }
  | { kind: "open"; url: string };

export type FromAdmin =
  | { kind: "id-token"; request: number; token: string | null }
  | { kind: "navigate"; href: string }
  | { kind: "press"; button: string }
  | { kind: "toast-closed"; id: string; action: boolean }
  | { kind: "leave"; request: number; leave: boolean };

/** Sets our messages apart from those of browser extensions and developer tools. */
export type Envelope<Message> = { localAdmin: 1; message: Message };

export function envelope<Message>(message: Message): Envelope<Message> {
  return { localAdmin: 1, message };
}

export function isEnvelope(data: unknown): data is Envelope<never> {
  return typeof data === "object" && data !== null && (data as { localAdmin?: unknown }).localAdmin === 1;
}
