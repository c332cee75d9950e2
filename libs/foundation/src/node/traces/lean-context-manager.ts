import type { AsyncLocalStorage } from "node:async_hooks";
import { type Context, ROOT_CONTEXT } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

/** Hears of each context before it becomes the active one. Never throws. */
export type ContextListener = (context: Context) => void;

/**
 * The context manager of OpenTelemetry, which tells what is entered, with a lean look at what is active: its own reads the root context through a
 * getter of another module whenever nothing is active, 10 ns on every read where the look itself takes 1.
 */
export class LeanContextManager extends AsyncLocalStorageContextManager {
  /** The library's, private there and without a type; the version is pinned. */
  readonly #storage: AsyncLocalStorage<Context> = this["_asyncLocalStorage"];
  readonly #entering: ContextListener;

  constructor(entering: ContextListener) {
    super();
    this.#entering = entering;
  }

  override active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  /** What is bound to a context comes through here when it runs. */
  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    run: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    this.#entering(context);
    return super.with(context, run, self, ...args);
  }

  override attach(context: Context): ReturnType<AsyncLocalStorageContextManager["attach"]> {
    this.#entering(context);
    return super.attach(context);
  }
}
