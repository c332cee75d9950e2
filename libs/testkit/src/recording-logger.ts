import type { LogFields, Logger } from "@cogniverse/sdk";

/** One line as it was logged. */
export type LogLine = Readonly<{
  level: "debug" | "info" | "warn" | "error";
  message: string;
  fields: LogFields;
}>;

/** A logger that keeps its lines. */
export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
}

/** Makes a {@link RecordingLogger}. */
export function recordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine["level"]) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
