import { backendModule as gcs } from "@cogniverse/cache-gcs";
import { backendModule as local } from "@cogniverse/cache-local";
import { backendModule as memory } from "@cogniverse/cache-memory";
import { backendModule as redis } from "@cogniverse/cache-redis";
import { backendModule as s3 } from "@cogniverse/cache-s3";
import {
  CacheManager,
  noTelemetry,
  silentLogger,
  systemClock,
  systemRandom,
} from "@cogniverse/core";
import type { BackendModule, CacheBackend, Scope } from "@cogniverse/sdk";

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

/** The tiers of a node, fastest first, by what YAML calls their backends. `leaseMs`: D of a log that other machines read. */
export type NodeSpec = Readonly<{
  tiers: readonly Readonly<{ backend: keyof typeof open; config?: object }>[];
  leaseMs?: number;
}>;

const open = {
  memory: opener(memory),
  local: opener(local),
  redis: opener(redis),
  s3: opener(s3),
  gcs: opener(gcs),
};

/** Memory and one local directory, as an application has it that needs no server. */
export function onDirectory(base_path: string): NodeSpec {
  return { tiers: [{ backend: "memory" }, onDisk(base_path)] };
}

/** The local tier in a directory, on however full a disk. */
export function onDisk(base_path: string): NodeSpec["tiers"][number] {
  return { backend: "local", config: { base_path, min_free_gb: 0 } };
}

/** A cache as {@link NodeSpec} says. `wrap`: what a test puts around its tiers. */
export async function openNode(
  { tiers, leaseMs }: NodeSpec,
  wrap: (backend: CacheBackend) => CacheBackend = (backend) => backend,
): Promise<CacheManager> {
  const opened = await Promise.all(
    tiers.map(async ({ backend, config }) => ({
      name: backend,
      backend: wrap(await open[backend](config, leaseMs)),
      ...(backend === "memory" ? {} : { timeLimitMs: 30_000 }),
    })),
  );
  return new CacheManager({ tiers: opened, coherenceWaitMs: 30_000 });
}

type Opener = (config?: object, networkLeaseMs?: number) => Promise<CacheBackend>;

function opener<O>(module: BackendModule<O>): Opener {
  return async (config = {}, networkLeaseMs) => {
    const parsed = module.parse(config);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return module.create(parsed.options, {
      tier: module.name,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      telemetry: noTelemetry,
      ...(networkLeaseMs === undefined ? {} : { networkLeaseMs }),
    });
  };
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

const [, script, spec] = process.argv;
if (
  process.send !== undefined &&
  script?.endsWith("node-process.ts") === true &&
  spec !== undefined
) {
  // Only ChildNode starts this, and says it so.
  const cache = await openNode(JSON.parse(spec) as NodeSpec);
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
