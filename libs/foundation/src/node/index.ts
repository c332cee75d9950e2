export type { TelemetryPort } from "@cogniverse/sdk";
