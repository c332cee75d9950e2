import type { BackendModule } from "@cogniverse/sdk";
import { memoryBackend } from "./memory-backend.ts";
import { jsonSchema, parseMemoryConfig } from "./memory-config.ts";
import type { MemoryOptions } from "./memory-options.ts";

/** What `backend: memory` in a configuration stands for. */
export const backendModule: BackendModule<MemoryOptions> = {
  name: "memory",
  jsonSchema,
  parse: parseMemoryConfig,
  create: async (options, context) => memoryBackend(options, context),
};
