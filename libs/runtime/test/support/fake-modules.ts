import {
  type BackendContext,
  type BackendModule,
  CacheError,
  type CacheBackend,
} from "@cogniverse/sdk";
import { mapBackend } from "@cogniverse/testkit";

/** A module whose backend can be down, late or closed as a test says. */
export interface FakeModule extends BackendModule {
  /** What `create` does from now on. */
  make: (options: unknown, context: BackendContext) => Promise<CacheBackend>;
  readonly created: unknown[];
}

/** Takes any `config`; makes backends over a Map. */
export function fakeModule(name: string, parts: Partial<BackendModule> = {}): FakeModule {
  const created: unknown[] = [];
  const module: FakeModule = {
    name,
    jsonSchema: { type: "object" },
    parse: (config) => ({ ok: true, options: config }),
    ...parts,
    created,
    make: async (_options, { clock }) => mapBackend({ clock }),
    create: (options, context) => {
      created.push(options);
      return module.make(options, context);
    },
  };
  return module;
}

/** A module whose server nobody can reach. */
export function downModule(name: string, parts: Partial<BackendModule> = {}): FakeModule {
  const module = fakeModule(name, parts);
  module.make = () => Promise.reject(unreachable(name));
  return module;
}

function unreachable(name: string): CacheError {
  return new CacheError("tier_unavailable", `connect ECONNREFUSED ${name}`, { retryable: true });
}
