/** Every property may be left out or be `undefined`: callers forward options they were given themselves. */
export type Options<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * What every call into a backend takes last. Aborting `signal` rejects the call with the signal's reason as soon as the
 * backend can stop; a write that was already sent may still land.
 */
export type Call = Options<{ signal: AbortSignal }>;
