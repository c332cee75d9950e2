import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Target } from "@cogniverse/test-servers";
import { readReply, writeReply, type Reply } from "./resp.ts";

/** What becomes of announcements: records, and acknowledgements of who has them. */
export type NewsFault = "none" | "delayed" | "doubled" | "reordered" | "lost";

/** How many entries before these are told once more. */
const TOLD_AGAIN = 3;
/** Before somebody who is told nothing asks again, in ms. */
const NOTHING_MS = 20;

/** A proxy before Redis that changes what blocking reads of streams answer, and passes everything else on. */
export class NewsProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #delayMs: number;
  fault: NewsFault = "none";
  /** Answers that were changed or held back. */
  changed = 0;

  private constructor(server: Server, delayMs: number) {
    this.#server = server;
    this.#delayMs = delayMs;
  }

  /** `delayMs`: by which announcements are delayed where they are. */
  static async before(target: Target, delayMs: number): Promise<NewsProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new NewsProxy(server, delayMs);
    server.on("connection", (client) => proxy.#pair(client, connect({ ...target, noDelay: true })));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get url(): string {
    // A TCP server's address is never a string.
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pair(client: Socket, server: Socket): void {
    const pair = [client, server] as const;
    for (const [n, socket] of pair.entries()) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        pair[1 - n]?.destroy();
      });
    }
    let listens = false;
    client.on("data", (bytes) => {
      listens ||= /xread/i.test(bytes.toString("latin1"));
      server.write(bytes);
    });
    const news = new News(this, this.#delayMs, (text) => client.write(text, "latin1"));
    server.on("data", (bytes) => {
      if (listens) news.add(bytes.toString("latin1"));
      else client.write(bytes);
    });
  }
}

/** The answers of one connection on which somebody listens, in order. */
class News {
  readonly #proxy: NewsProxy;
  readonly #delayMs: number;
  readonly #send: (text: string) => void;
  /** By stream. */
  readonly #before = new Map<string, readonly Reply[]>();
  readonly #heldBack = new Map<string, string>();
  #sent: Promise<void> = Promise.resolve();
  #text = "";

  constructor(proxy: NewsProxy, delayMs: number, send: (text: string) => void) {
    this.#proxy = proxy;
    this.#delayMs = delayMs;
    this.#send = send;
  }

  add(text: string): void {
    this.#text += text;
    for (let read = readReply(this.#text, 0); read !== undefined; read = readReply(this.#text, 0)) {
      this.#text = this.#text.slice(read.next);
      const { reply } = read;
      this.#sent = this.#sent.then(() => this.#pass(reply));
    }
  }

  async #pass(reply: Reply): Promise<void> {
    if (reply.kind !== "list" || this.#proxy.fault === "none") return this.#send(writeReply(reply));
    this.#proxy.changed++;
    if (this.#proxy.fault === "delayed") await pause(this.#delayMs);
    const changed = this.#changed(reply);
    if (changed !== undefined) return this.#send(writeReply(changed));
    await pause(NOTHING_MS);
    this.#send(reply.mark === "%" ? "_\r\n" : "*-1\r\n");
  }

  /** A map of keys and entries, or with RESP2 a list of pairs of them; `undefined` where nothing is left of it. */
  #changed(reply: Extract<Reply, { kind: "list" }>): Reply | undefined {
    const flat = reply.mark === "%";
    const pairs = flat ? inPairs(reply.items) : reply.items.map((pair) => itemsOf(pair));
    const left = pairs.flatMap(([key, entries]) => {
      if (key === undefined || entries === undefined) return [];
      const items = this.#told(key.kind === "bulk" ? key.text : "", itemsOf(entries));
      return items.length === 0
        ? []
        : [[key, { kind: "list", mark: "*", items } as const] as const];
    });
    if (left.length === 0) return undefined;
    const items = flat
      ? left.flat()
      : left.map((pair) => ({ kind: "list", mark: "*", items: pair }) as const);
    return { ...reply, items };
  }

  #told(stream: string, entries: readonly Reply[]): readonly Reply[] {
    const before = this.#before.get(stream) ?? [];
    switch (this.#proxy.fault) {
      case "doubled":
        this.#before.set(stream, [...before, ...entries].slice(-TOLD_AGAIN));
        return [...before, ...entries.flatMap((entry) => [entry, entry])];
      case "reordered":
        return this.#reordered(stream, entries);
      case "lost":
        return entries.filter((entry) => numberOf(entry) % 3 === 0);
      default:
        return entries;
    }
  }

  /** One alone is held back once, until another one comes with it or it is asked for again. */
  #reordered(stream: string, entries: readonly Reply[]): readonly Reply[] {
    const first = String(entries[0] && numberOf(entries[0]));
    const isNew = this.#heldBack.get(stream) !== first;
    this.#heldBack.set(stream, first);
    if (entries.length === 1 && isNew) return [];
    return entries.toReversed();
  }
}

function inPairs(items: readonly Reply[]): readonly (readonly Reply[])[] {
  return items.flatMap((_, at) => (at % 2 === 0 ? [items.slice(at, at + 2)] : []));
}

function itemsOf(reply: Reply): readonly Reply[] {
  return reply.kind === "list" ? reply.items : [];
}

/** The first number of an entry's id. */
function numberOf(entry: Reply): number {
  const [id] = itemsOf(entry);
  return id?.kind === "bulk" ? Number(id.text.split("-", 1)[0]) : 0;
}
