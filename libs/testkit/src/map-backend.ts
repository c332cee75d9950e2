import type { BackendTraits, Bytes, CacheBackend, Clock } from "@cogniverse/sdk";

/** Options of {@link mapBackend}. Without a clock nothing expires. */
export interface MapBackendOptions {
  readonly clock?: Pick<Clock, "now">;
  readonly traits?: BackendTraits;
  readonly defaultTtl?: number | null;
}

/** The smallest honest backend: the six calls over a Map, and no capability. */
export function mapBackend(options: MapBackendOptions = {}): CacheBackend {
  const copies = new Map<string, { key: string; tenantId: string; data: Bytes; until: number }>();
  const now = (): number => options.clock?.now() ?? 0;
  const live = (key: string, tenantId: string): Bytes | undefined => {
    const copy = copies.get(id(key, tenantId));
    return copy !== undefined && copy.until > now() ? copy.data : undefined;
  };
  const ofTenant = (tenantId: string): { key: string; data: Bytes }[] =>
    [...copies.values()].filter((copy) => copy.tenantId === tenantId && copy.until > now());
  return {
    ...(options.traits === undefined ? {} : { traits: options.traits }),
    ...(options.defaultTtl === undefined ? {} : { defaultTtl: options.defaultTtl }),
    async exists(key, tenantId, call) {
      call?.signal?.throwIfAborted();
      return live(key, tenantId) !== undefined;
    },
    async get(key, tenantId, call) {
      call?.signal?.throwIfAborted();
      return live(key, tenantId);
    },
    async put(key, data, tenantId, _metadata, ttl = options.defaultTtl ?? null, call) {
      call?.signal?.throwIfAborted();
      const until = ttl === null ? Infinity : now() + ttl * 1000;
      copies.set(id(key, tenantId), { key, tenantId, data, until });
      return true;
    },
    async delete(key, tenantId, call) {
      call?.signal?.throwIfAborted();
      return live(key, tenantId) !== undefined && copies.delete(id(key, tenantId));
    },
    async listKeys(prefix, tenantId, call) {
      call?.signal?.throwIfAborted();
      const keys = ofTenant(tenantId).map((copy) => copy.key);
      // Paths are ASCII, for which the default order is that of bytes.
      return keys.filter((key) => key.startsWith(prefix)).toSorted();
    },
    async getStats(tenantId, call) {
      call?.signal?.throwIfAborted();
      const own = ofTenant(tenantId);
      const bytes = own.reduce((sum, copy) => sum + copy.data.byteLength, 0);
      return { entries: own.length, bytes, exact: true };
    },
  };
}

function id(key: string, tenantId: string): string {
  // A tenant id holds no "/", so no two pairs meet.
  return `${tenantId}/${key}`;
}
