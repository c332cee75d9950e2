import { isSecretName } from "./mask-secrets.ts";

/** Where variables come from; `process.env` has this form. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A reference that could not be replaced. `offset`: of its `$` in the text; `length`: as far as it was understood. */
export type VariableFault = Readonly<{ offset: number; length: number; message: string }>;

/**
 * `whole`: the text was exactly one reference. `used`: whether it held any, or an escape. `secrets`: what came from variables that are
 * called like secrets.
 */
export type Expansion = Readonly<{
  text: string;
  used: boolean;
  whole: boolean;
  secrets: readonly string[];
  faults: readonly VariableFault[];
}>;

type Reference = Readonly<{ name: string; fallback: string | undefined; end: number }>;

const HEAD = /\$\{([A-Za-z_]\w*)(:-|\})/y;

/**
 * Replaces `${NAME}`, and `${NAME:-default}` where NAME is unset or empty; defaults may hold references in turn. `$${` stands
 * for `${`; any other `$` for itself.
 */
export function expandVariables(text: string, env: Environment): Expansion {
  let expanded = "";
  let whole = false;
  let used = false;
  const faults: VariableFault[] = [];
  const secrets: string[] = [];
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf("${", at);
    if (start < 0) break;
    used = true;
    if (text[start - 1] === "$" && start > at) {
      expanded += `${text.slice(at, start - 1)}\${`;
      at = start + 2;
      continue;
    }
    expanded += text.slice(at, start);
    const reference = readReference(text, start);
    if (reference === undefined) {
      faults.push(malformed(text, start));
      return { text, used, whole: false, secrets, faults };
    }
    whole = start === 0 && reference.end === text.length;
    const value = valueOf(reference, start, env);
    if (typeof value !== "string") faults.push(...value);
    else {
      expanded += value;
      if (isSecretName(reference.name)) secrets.push(value);
    }
    at = reference.end;
  }
  return { text: expanded + text.slice(at), used, whole, secrets, faults };
}

function readReference(text: string, start: number): Reference | undefined {
  HEAD.lastIndex = start;
  const head = HEAD.exec(text);
  const name = head?.[1];
  if (name === undefined) return undefined;
  if (head?.[2] === "}") return { name, fallback: undefined, end: HEAD.lastIndex };
  const from = HEAD.lastIndex;
  const close = closingBrace(text, from);
  return close < 0 ? undefined : { name, fallback: text.slice(from, close), end: close + 1 };
}

/** The brace that ends a default which may hold references of its own; -1 where there is none. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "$" && text[at + 1] === "{") depth += 1;
    if (text[at] !== "}") continue;
    depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function valueOf(
  { name, fallback, end }: Reference,
  start: number,
  env: Environment,
): string | readonly VariableFault[] {
  // Own properties only: `${constructor}` is no variable of anybody's environment.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (fallback === undefined) {
    if (value !== undefined) return value;
    const message = `The variable ${name} is not set; set it or give a default: \${${name}:-default}`;
    return [{ offset: start, length: end - start, message }];
  }
  if (value !== undefined && value !== "") return value;
  const inner = expandVariables(fallback, env);
  if (inner.faults.length === 0) return inner.text;
  const from = end - 1 - fallback.length;
  return inner.faults.map((fault) => ({ ...fault, offset: from + fault.offset }));
}

function malformed(text: string, start: number): VariableFault {
  const close = text.indexOf("}", start);
  const length = close < 0 ? text.length - start : close + 1 - start;
  const message =
    "Not a variable: write ${NAME} or ${NAME:-default}, with a name of letters, digits and _; $${ stands for a plain ${";
  return { offset: start, length, message };
}
