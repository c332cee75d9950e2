import { Command } from "ioredis";
import type { Bytes } from "@cogniverse/sdk";

/** What a socket offers, of which ioredis' types say nothing here. */
interface Corked {
  cork(): void;
  uncork(): void;
  write(chunk: string | Uint8Array): unknown;
}

/**
 * `SET key value PX lifeMs` whose value goes to the socket in parts, where ioredis would join all arguments in one buffer: of a large
 * value that is two copies less. A part that fails to be sent fails with the connection.
 */
export class SetParts extends Command {
  readonly #parts: readonly Bytes[];
  readonly #bytes: number;

  constructor(key: string, parts: readonly Bytes[], lifeMs: number) {
    super("set", [key, "", "PX", String(lifeMs)], { replyEncoding: "utf8" });
    this.#parts = parts;
    this.#bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  }

  /** ioredis writes what this returns behind what is written here. */
  override toWritable(socket: object): string | Buffer {
    const [key, , option, life] = this.args.map(String);
    const start = `*5\r\n$3\r\nset\r\n${bulk(key)}$${this.#bytes}\r\n`;
    const end = `\r\n${bulk(option)}${bulk(life)}`;
    if (!isCorked(socket))
      return Buffer.concat([Buffer.from(start), ...this.#parts, Buffer.from(end)]);
    socket.cork();
    socket.write(start);
    for (const part of this.#parts) if (part.byteLength > 0) socket.write(part);
    process.nextTick(() => socket.uncork());
    return end;
  }
}

function bulk(text: string = ""): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function isCorked(socket: object): socket is Corked {
  return "cork" in socket && "uncork" in socket && "write" in socket;
}
