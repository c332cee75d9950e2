export { backendModule } from "./backend-module.ts";
export { memoryBackend, type MemoryContext } from "./memory-backend.ts";
export type { MemoryOptions } from "./memory-options.ts";
