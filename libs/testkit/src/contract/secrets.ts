import { fail } from "node:assert/strict";
import { inspect } from "node:util";

/** Fails where a secret can be read in an error: its message, stack, causes or properties, as a log would show them. */
export function checkSecrets(error: unknown, secrets: readonly string[], call: string): void {
  const shown = inspect(error, {
    depth: 12,
    maxStringLength: Infinity,
    maxArrayLength: Infinity,
    breakLength: Infinity,
  });
  for (const secret of secrets) {
    const forms = {
      "as it is": secret,
      "percent-encoded": encodeURIComponent(secret),
      "in base64": Buffer.from(secret).toString("base64"),
    };
    for (const [form, text] of Object.entries(forms))
      // The secret itself is not repeated here: what a test prints is kept.
      if (shown.includes(text)) fail(`the error of ${call} holds a secret, ${form}`);
  }
}
