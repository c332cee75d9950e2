import type { LogFields, Logger } from "@cogniverse/sdk";

/** A logger that keeps its lines. */
export class KeptLines implements Logger {
  readonly lines: { level: string; message: string; fields: LogFields }[] = [];

  debug(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "debug", message, fields });
  }
  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "info", message, fields });
  }
  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "warn", message, fields });
  }
  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "error", message, fields });
  }

  /** Messages that hold `text`. */
  holding(text: string): readonly string[] {
    return this.lines.map(({ message }) => message).filter((message) => message.includes(text));
  }
}
