/** Ends a script with a message for the person at the terminal, without a stack. */
export class Failure extends Error {
  /** @override */
  name = "Failure";

  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
