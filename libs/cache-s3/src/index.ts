export { backendModule } from "./backend-module.ts";
export type { S3Options } from "./options.ts";
export { s3Backend } from "./s3-backend.ts";
