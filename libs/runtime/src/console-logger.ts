import type { LogFields, Logger } from "@cogniverse/sdk";

/** Warnings and errors as single lines on standard error; nothing else. What a cache uses that was given no logger. */
export const consoleLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, fields) => console.warn(line(message, fields)),
  error: (message, fields) => console.error(line(message, fields)),
};

function line(message: string, fields: LogFields = {}): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return ["cogniverse-cache:", message, ...shown].join(" ");
}
