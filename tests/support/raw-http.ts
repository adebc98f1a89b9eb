/** One keep-alive connection that sends ready-made requests and reads no more of the answers than it must. */
import { connect, type Socket } from "node:net";

/** 0: no answer (refused, reset, or closed before it came) */
export type Answered = (status: number) => void;

export class RawConnection {
  #socket: Socket | undefined;
  #received = "";
  #waiting: Answered | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #address: { host: string; port: number };

  constructor(
    url: string,
    /** As Shopify: an answer that takes longer is none */
    private readonly timeoutMs = 5_000,
  ) {
    const { hostname, port } = new URL(url);
    this.#address = { host: hostname, port: Number(port) };
  }

  get busy(): boolean {
    return this.#waiting !== undefined;
  }

  /** One request at a time; `answered` is called once. Connects where there is no connection any more. */
  send(request: Buffer, answered: Answered): void {
    if (this.#waiting) throw new Error("The answer to the request before is still to come.");
    this.#waiting = answered;
    this.#socket ??= this.#open();
    this.#socket.write(request);
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#timedOut(), this.timeoutMs).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ ...this.#address, noDelay: true });
    socket.on("data", (chunk) => this.#read(chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#received = "";
      this.#answer(0);
    });
    return socket;
  }

  #read(text: string) {
    this.#received = this.#received ? this.#received + text : text;
    const end = endOfResponse(this.#received);
    if (end === undefined) return;
    const head = this.#received;
    this.#received = "";
    if (/^connection: close/im.test(head)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    this.#answer(Number(head.slice(9, 12)));
  }

  #timedOut() {
    if (!this.#waiting) return;
    this.#socket?.destroy();
  }

  #answer(status: number) {
    const answered = this.#waiting;
    this.#waiting = undefined;
    answered?.(status);
  }
}

/** Where the first response in `text` ends; undefined while it is not all there. */
function endOfResponse(text: string): number | undefined {
  const body = text.indexOf("\r\n\r\n") + 4;
  if (body < 4) return undefined;
  const head = text.slice(0, body);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return text.length >= body + Number(length) ? body + Number(length) : undefined;
  if (!/^transfer-encoding: *chunked/im.test(head)) return body;
  const last = text.indexOf("0\r\n\r\n", body);
  return last < 0 ? undefined : last + 5;
}
