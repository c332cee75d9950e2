import type { TextMask } from "./text-mask.ts";

/** Longest message, in characters. */
const MAX_MESSAGE = 512;

/** Longest stack, in characters. */
const MAX_STACK = 4096;

/** What of an error may leave. */
export interface ShownError {
  /** Its code where it has one, else its name. */
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** How the text of an error is made fit to be shown. */
export interface ErrorMasking {
  readonly text: TextMask;
  /** Texts with their visible form. */
  readonly visible: ReadonlyMap<string, string>;
  /** The visible form of a key that the error alone knows. */
  readonly keyForm: (key: string) => string;
  /** True: what an error quotes of a value that could not be read stays. */
  readonly values: boolean;
}

/** Codes and names of errors that quote what they could not read: it is a piece of a value. */
const QUOTES_VALUES = /^(?:undecodable|invalid_value|SyntaxError|ZodError)$/;

/** Reads any thrown thing, also one whose properties throw. Never throws. */
export function shownError(error: unknown, masking: ErrorMasking): ShownError {
  const type = property(error, "code") ?? property(error, "name") ?? typeof error;
  const raw = typeof error === "string" ? error : (property(error, "message") ?? "");
  const message = masked(raw, type, masking);
  const stack = property(error, "stack");
  return {
    type: cut(masked(type, "", masking), MAX_MESSAGE),
    message: cut(message, MAX_MESSAGE),
    stack: stack === undefined ? undefined : shownStack(stack, message, masking),
  };
}

/** The stack begins with the message, which may hold several lines and quotes: only its frames are taken. */
function shownStack(stack: string, message: string, masking: ErrorMasking): string {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return cut([message, ...frames.map((line) => masked(line, "", masking))].join("\n"), MAX_STACK);
}

function masked(text: string, type: string, masking: ErrorMasking): string {
  // Cut first: a message of megabytes is not searched through.
  const cutText = text.slice(0, 4 * MAX_STACK);
  const quoted = masking.values || !quotesValues(type) ? cutText : withoutQuotes(cutText);
  const known = masking.text.mask(quoted, masking.visible);
  return known.replace(
    /\b(key\s+)"((?:[^"\\]|\\.)*)(?:"|$)/gi,
    (all, before: string, key: string) =>
      isShown(key, masking) ? all : `${before}"${masking.keyForm(unescaped(key))}"`,
  );
}

function isShown(key: string, { visible }: ErrorMasking): boolean {
  for (const form of visible.values()) if (form === key) return true;
  return false;
}

function quotesValues(type: string): boolean {
  return QUOTES_VALUES.test(type);
}

/** Names of properties are data too: a place within a value goes with what is quoted, up to the last word that a name cannot be behind. */
function withoutQuotes(text: string): string {
  return text
    .replace(/(["'`])(?:(?!\1)[^\\]|\\.)*(?:\1|$)/g, "$1...$1")
    .replace(/(\bvalue at )(?:[^]*( is )|[^]*$)/, "$1...$2");
}

function unescaped(json: string): string {
  try {
    return String(JSON.parse(`"${json}"`));
  } catch {
    return json;
  }
}

function property(error: unknown, name: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  try {
    const value: unknown = Reflect.get(error, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}
