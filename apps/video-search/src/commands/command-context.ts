import type { AppOptions } from "../app.ts";
import type { Progress } from "../demo/progress.ts";

/** What a command runs in. */
export interface CommandContext {
  /** Standard output. */
  readonly write: (text: string) => void;
  /** Standard error. */
  readonly note: (text: string) => void;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly app: AppOptions;
}

/** Options that all commands share. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** What a command that is proposed next has to repeat, to work on the same cache. Begins with a space. */
export function sameConfig({ config }: CommonOptions): string {
  return config === undefined ? "" : ` --config ${config}`;
}
