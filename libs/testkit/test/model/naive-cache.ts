import type { Bytes } from "@cogniverse/sdk";
import type { ModelCache, ModelNodeFactory } from "@cogniverse/testkit";

/**
 * A cache as one writes it first: deletes in its own tiers, and believes whatever it finds there. `keepsNothing`: stores nothing, which is slow and never
 * wrong.
 */
export function naiveNode(keepsNothing: boolean): ModelNodeFactory {
  return ({ tiers, log }) => {
    const find = async (key: string, tenantId: string): Promise<unknown> => {
      for (const { backend } of tiers) {
        const found = await backend.get(key, tenantId).catch(() => undefined);
        if (found !== undefined) return decode(found);
      }
      return undefined;
    };
    const store = async (key: string, tenantId: string, value: unknown): Promise<void> => {
      if (keepsNothing) return;
      for (const { backend } of tiers)
        await backend.put(key, encode(value), tenantId).catch(() => false);
    };
    const drop = async (key: string, tenantId: string): Promise<void> => {
      for (const { backend } of tiers) await backend.delete(key, tenantId).catch(() => false);
    };
    const told = { superseded: false, nodes: 0, elapsedMs: 0 };
    const cache = {
      get: find,
      async getOrCompute(
        key: string,
        tenantId: string,
        compute: (context: object) => Promise<unknown>,
      ): Promise<unknown> {
        const found = await find(key, tenantId);
        if (found !== undefined) return found;
        const value = await compute({ setTags: () => undefined, dependsOn: () => undefined });
        await store(key, tenantId, value);
        return value;
      },
      async put(key: string, value: unknown, tenantId: string): Promise<object> {
        await store(key, tenantId, value);
        return { ...told, position: (await log.head()).position };
      },
      async delete(key: string, tenantId: string): Promise<object> {
        await drop(key, tenantId);
        return { ...told, position: (await log.head()).position };
      },
      async invalidate(scope: { kind: string; value: string }, tenantId: string): Promise<object> {
        if (scope.kind === "key") await drop(scope.value, tenantId);
        return { ...told, position: (await log.head()).position };
      },
      position: async () => (await log.head()).position,
      close: async () => undefined,
    };
    // Structural enough for programs; the key types of the contract mean nothing to it.
    return cache as unknown as ModelCache;
  };
}

function encode(value: unknown): Bytes {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(bytes: Bytes): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
