import { memoryBackend } from "@cogniverse/cache-memory";
import { localBackend } from "@cogniverse/cache-local";
import {
  CacheManager,
  noTelemetry,
  silentLogger,
  systemClock,
  systemRandom,
} from "@cogniverse/core";
import type { Scope } from "@cogniverse/sdk";

/** What a test asks of a node in another process. Values are bytes of one kind, told apart by `fill`. */
export type Request =
  | Readonly<{ do: "getOrCompute"; tenant: string; key: string; fill: number; bytes: number }>
  | Readonly<{ do: "get"; tenant: string; key: string }>
  | Readonly<{ do: "put"; tenant: string; key: string; fill: number; bytes: number }>
  | Readonly<{ do: "invalidate"; tenant: string; scope: Scope }>
  | Readonly<{ do: "delete"; tenant: string; key: string }>
  | Readonly<{ do: "close" }>;

/** What came back: the fill of a value that is all of one kind, "torn" for any other, `undefined` for none. */
export type Found = number | "torn" | undefined;

/** A cache over memory and one local directory, as an application has it. */
export async function openNode(base_path: string): Promise<CacheManager> {
  const context = {
    tier: "warm",
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    telemetry: noTelemetry,
  };
  const local = await localBackend({ base_path, min_free_gb: 0 }, context);
  return new CacheManager({
    tiers: [
      { name: "memory", backend: memoryBackend({}, context) },
      { name: "warm", backend: local, timeLimitMs: 30_000 },
    ],
    coherenceWaitMs: 30_000,
  });
}

/** Which kind of bytes a value holds. */
export function foundIn(value: unknown): Found {
  if (value === undefined) return undefined;
  if (!(value instanceof Uint8Array)) return "torn";
  const [first] = value;
  return first !== undefined && value.every((byte) => byte === first) ? first : "torn";
}

/** Does what was asked. */
export async function serve(cache: CacheManager, request: Request): Promise<Found> {
  switch (request.do) {
    case "getOrCompute": {
      const compute = (): Uint8Array<ArrayBuffer> =>
        new Uint8Array(request.bytes).fill(request.fill);
      return foundIn(await cache.getOrCompute(request.key, request.tenant, compute));
    }
    case "get":
      return foundIn(await cache.get(request.key, request.tenant));
    case "put": {
      const value = new Uint8Array(request.bytes).fill(request.fill);
      await cache.put(request.key, value, request.tenant);
      return request.fill;
    }
    case "invalidate":
      await cache.invalidate(request.scope, request.tenant);
      return undefined;
    case "delete":
      await cache.delete(request.key, request.tenant);
      return undefined;
    default:
      await cache.close();
      return undefined;
  }
}

const [, script, base_path] = process.argv;
if (
  process.send !== undefined &&
  script?.endsWith("node-process.ts") === true &&
  base_path !== undefined
) {
  const cache = await openNode(base_path);
  process.on("message", (message) => {
    // Only ChildNode sends, and only this.
    const { id, request } = message as Readonly<{ id: number; request: Request }>;
    serve(cache, request).then(
      (found) => process.send?.({ id, found }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.send({ id: 0 });
}
