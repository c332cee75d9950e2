export { backendModule } from "./backend-module.ts";
export { gcsBackend } from "./gcs-backend.ts";
export type { GcsOptions, ServiceAccountKey, StorageClass } from "./options/gcs-options.ts";
