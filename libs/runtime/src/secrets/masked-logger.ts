import type { LogFields, Logger } from "@cogniverse/sdk";
import type { KnownSecrets } from "./known-secrets.ts";

/** The same logger, shown no secret. */
export function maskedLogger(logger: Logger, secrets: KnownSecrets): Logger {
  const clean = (fields: LogFields | undefined): LogFields | undefined => secrets.maskDeep(fields);
  return {
    debug: (message, fields) => logger.debug(secrets.mask(message), clean(fields)),
    info: (message, fields) => logger.info(secrets.mask(message), clean(fields)),
    warn: (message, fields) => logger.warn(secrets.mask(message), clean(fields)),
    error: (message, fields) => logger.error(secrets.mask(message), clean(fields)),
  };
}
