import type { Bytes } from "./bytes.ts";

/**
 * Turns values into bytes and back. `id` is stored with each entry; change it when old bytes are to be refused. `compress` "never": bytes that
 * their own tools must be able to read (npz, jpg). `encode` throws `invalid_value` for what it cannot hold; whatever `decode`
 * throws is a miss of cause `undecodable`. `encode` must not keep or change its argument.
 */
export interface Codec<T> {
  readonly id: string;
  readonly contentType: string;
  readonly compress: "auto" | "never";
  encode(value: T): Bytes | Promise<Bytes>;
  decode(data: Bytes): T | Promise<T>;
  /**
   * Makes a decoded or computed value safe to share between callers, in place, and resolves what it takes in memory beside the encoded
   * bytes. Left out: the value is the bytes themselves, or cannot change, and takes nothing.
   */
  settle?(value: T): number;
}
