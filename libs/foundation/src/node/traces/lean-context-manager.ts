import type { AsyncLocalStorage } from "node:async_hooks";
import { type Context, ROOT_CONTEXT } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

/**
 * The context manager of OpenTelemetry, with a lean look at what is active: its own reads the root context through a getter of another module whenever
 * nothing is active, 10 ns on every hit where the look itself takes 1.
 */
export class LeanContextManager extends AsyncLocalStorageContextManager {
  /** The library's, private there and without a type; the version is pinned. */
  readonly #storage: AsyncLocalStorage<Context> = this["_asyncLocalStorage"];

  override active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
}
