/** What the process says to the shell. `notThere`: the question has a negative answer (a miss, a configuration or a tier with problems). */
export const EXIT = { done: 0, notThere: 1, wrongUse: 2, failed: 3, interrupted: 130 } as const;

/** Ends a command with this code and one line for a person; no stack. */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
