export { backendModule, localBackend } from "./backend-module.ts";
export type { CleanupReport } from "./cleanup.ts";
export type { LocalBackend } from "./local-backend.ts";
export type { LocalOptions } from "./options.ts";
export type { FileSystem } from "./file-system.ts";
