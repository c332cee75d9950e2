import { inside, isObject } from "./inside.ts";

/**
 * Keeps the calls of a transport over gRPC at hand, and returns what cancels those under way: closing a client leaves them to their deadline. The transport
 * makes its client with the first call, and a new one after some timeouts.
 */
export function cancellableCalls(transport: object): () => void {
  const calls = new Set<object>();
  let client: unknown;
  Reflect.defineProperty(transport, "_client", {
    get: () => client,
    set: (made: unknown) => {
      client = made;
      watch(made, calls);
    },
  });
  return () => {
    for (const call of calls) method(call, "cancel")?.();
  };
}

function watch(client: unknown, calls: Set<object>): void {
  const start = method(client, "export");
  if (!isObject(client) || start === undefined) return;
  Reflect.set(client, "export", (...about: readonly unknown[]): unknown => {
    const call = start(...about);
    if (isObject(call)) {
      calls.add(call);
      method(call, "once")?.("status", () => calls.delete(call));
    }
    return call;
  });
}

function method(
  value: unknown,
  name: string,
): ((...about: readonly unknown[]) => unknown) | undefined {
  const found = inside(value, name);
  if (typeof found !== "function") return undefined;
  return (...about) => Reflect.apply(found, value, about);
}
