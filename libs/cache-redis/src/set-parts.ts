import type { Bytes } from "@cogniverse/sdk";
import { Exchange, type Doing, type Outcome } from "./exchange.ts";

/** What a socket offers, of which ioredis' types say nothing here. */
interface Corked {
  cork(): void;
  uncork(): void;
  write(chunk: string | Uint8Array): unknown;
}

/** Up to here all is copied into one buffer: cheaper than to hand parts over by themselves. */
const COPIED_BYTES = 16_384;
/** Up to here too where the buffer is there: new memory of that size costs more than to fill it. With it one name of any length fits. */
const SPARE_BYTES = 262_144;
const NAME_BYTES = 4096;

/** The buffer of one write at a time. */
let spare: Buffer | undefined;
let isLent = false;

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
  #hasSpare = false;

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
    if (payload.byteLength <= COPIED_BYTES || !isCorked(socket)) return joined(start, parts, end);
    if (start.length <= NAME_BYTES && bytes <= SPARE_BYTES - 4 * NAME_BYTES && this.#borrows())
      return joined(start, parts, end, (spare ??= Buffer.allocUnsafeSlow(SPARE_BYTES)));
    socket.cork();
    socket.write(joined(start, [header], ""));
    socket.write(payload);
    process.nextTick(() => socket.uncork());
    return joined("", [trailer], end);
  }

  /** With an answer the server has all of it; without one the bytes may be on their way still. */
  protected override left(answered: boolean): void {
    if (!this.#hasSpare) return;
    this.#hasSpare = false;
    isLent = false;
    if (!answered) spare = undefined;
  }

  #borrows(): boolean {
    // A cluster's client may write a command again.
    if (this.#hasSpare) return true;
    if (isLent) return false;
    isLent = true;
    this.#hasSpare = true;
    return true;
  }
}

/** All in one buffer, a part of `room` where that is given. `start` is written as UTF-8; an end is ASCII. */
function joined(start: string, parts: readonly Bytes[], end: string, room?: Buffer): Buffer {
  const startBytes = Buffer.byteLength(start);
  let bytes = startBytes + end.length;
  for (const part of parts) bytes += part.byteLength;
  const whole = room === undefined ? Buffer.allocUnsafe(bytes) : room.subarray(0, bytes);
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
