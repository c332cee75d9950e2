import { context, type Context, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";

/** Where every copy of `@opentelemetry/api` 1.x of a process keeps what was registered; the symbol is how copies find each other. */
const KEY = Symbol.for("opentelemetry.js.api.1");

interface ApiGlobal {
  readonly trace?: object;
  readonly context?: ContextManager;
}

let held: ApiGlobal | undefined;

/**
 * The API never replaces that object once it is there, so that it is held: the API's own look-ups go through `globalThis` and a version check
 * each time, many times the cost of what is asked.
 */
function apiGlobal(): ApiGlobal | undefined {
  // A symbol-keyed property of globalThis has no type; its shape is that of the API's global-utils.
  held ??= (globalThis as { readonly [KEY]?: ApiGlobal })[KEY];
  return held;
}

/** What stands for the tracer provider that is registered with the API: another object whenever another is registered. */
export function globalProvider(): object | undefined {
  return apiGlobal()?.trace;
}

/** True while a tracer provider is registered with the API: without one, spans go nowhere. Right at once when one is registered or taken away. */
export function hasGlobalProvider(): boolean {
  return globalProvider() !== undefined;
}

/** True while a context manager is registered with the API: without one no span is ever active. */
export function hasContextManager(): boolean {
  return apiGlobal()?.context !== undefined;
}

/** The active context. {@link ROOT_CONTEXT} where nobody registered a context manager, or where that throws. */
export function activeContext(): Context {
  const manager = apiGlobal()?.context;
  if (manager === undefined) return ROOT_CONTEXT;
  try {
    return manager.active();
  } catch {
    return ROOT_CONTEXT;
  }
}

/** Runs `run` once with `active` as the active context, whatever the context manager does. Throws what `run` throws, nothing else. */
export function runWith<R>(active: Context, run: () => R): R {
  let outcome: { readonly value: R } | { readonly error: unknown } | undefined;
  try {
    context.with(active, () => {
      try {
        outcome = { value: run() };
      } catch (error) {
        outcome = { error };
      }
    });
  } catch {
    // A context manager that throws costs the connection between spans, not the read.
  }
  return unwrapped(outcome, run);
}

function unwrapped<R>(
  outcome: { readonly value: R } | { readonly error: unknown } | undefined,
  run: () => R,
): R {
  if (outcome === undefined) return run();
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
