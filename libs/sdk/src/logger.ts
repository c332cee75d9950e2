/** Values a structured log line may carry beside its message. Never cached values, never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where lines for an operator go. One line per change of state, not per event. No method throws. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
