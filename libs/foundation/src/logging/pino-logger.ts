import type { LogFields, Logger } from "@cogniverse/sdk";

/** The part of a pino logger that is used; also what Fastify calls `app.log`. */
export interface PinoLike {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * The cache's lines through a pino logger: the fields beside pino's own, the message as `msg`, levels, redaction and destination as pino was told.
 * A destination that throws loses the line, not the read.
 */
export function pinoLogger(pino: PinoLike): Logger {
  return {
    debug: (message, fields) => attempt(() => pino.debug(given(fields), message)),
    info: (message, fields) => attempt(() => pino.info(given(fields), message)),
    warn: (message, fields) => attempt(() => pino.warn(given(fields), message)),
    error: (message, fields) => attempt(() => pino.error(given(fields), message)),
  };
}

const given = (fields: LogFields | undefined): object => fields ?? {};

function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The port promises not to throw; there is nowhere else to tell.
  }
}
