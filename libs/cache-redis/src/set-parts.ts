import type { Bytes } from "@cogniverse/sdk";
import { Exchange, type Doing, type Outcome } from "./exchange.ts";

/** What a socket offers, of which ioredis' types say nothing here. */
interface Corked {
  cork(): void;
  uncork(): void;
  write(chunk: string | Uint8Array): unknown;
}

/** Up to here to copy a part is cheaper than to hand it over by itself. */
const COPIED_BYTES = 16_384;

/** What is set, in parts that are written one behind the other. `life`: milliseconds, "" = for ever. */
export type Setting = Readonly<{
  name: string;
  parts: readonly [header: Bytes, payload: Bytes, trailer: Bytes];
  life: string;
  onlyAbsent: boolean;
}>;

/**
 * `SET name value [PX life] [NX]` whose value goes to the socket in parts, where ioredis would join all arguments in one buffer: of a large value
 * that is a copy less. A part that fails to be sent fails with the connection.
 */
export class SetParts<T> extends Exchange<T> {
  readonly #setting: Setting;

  constructor(setting: Setting, doing: Doing, outcome?: Outcome<T>) {
    super("set", [setting.name], doing, outcome);
    this.#setting = setting;
  }

  /** ioredis writes what this returns behind what is written here. */
  override toWritable(socket: object): string | Buffer {
    const { name, parts, life, onlyAbsent } = this.#setting;
    const [header, payload, trailer] = parts;
    const count = 3 + (life === "" ? 0 : 2) + (onlyAbsent ? 1 : 0);
    const bytes = header.byteLength + payload.byteLength + trailer.byteLength;
    const start = `*${count}\r\n$3\r\nset\r\n$${Buffer.byteLength(name)}\r\n${name}\r\n$${bytes}\r\n`;
    const end = `\r\n${life === "" ? "" : `$2\r\nPX\r\n$${life.length}\r\n${life}\r\n`}${onlyAbsent ? "$2\r\nNX\r\n" : ""}`;
    if (payload.byteLength <= COPIED_BYTES || !isCorked(socket))
      return joined(start, [header, payload, trailer], end);
    socket.cork();
    socket.write(joined(start, [header], ""));
    socket.write(payload);
    process.nextTick(() => socket.uncork());
    return joined("", [trailer], end);
  }
}

/** All in one buffer. `start` and `end` are written as UTF-8; an end is ASCII. */
function joined(start: string, parts: readonly Bytes[], end: string): Buffer {
  const startBytes = Buffer.byteLength(start);
  let bytes = startBytes + end.length;
  for (const part of parts) bytes += part.byteLength;
  const whole = Buffer.allocUnsafe(bytes);
  whole.write(start, 0);
  let at = startBytes;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  whole.write(end, at, "latin1");
  return whole;
}

function isCorked(socket: object): socket is Corked {
  return "cork" in socket && "uncork" in socket && "write" in socket;
}
