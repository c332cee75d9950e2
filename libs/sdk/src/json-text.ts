/**
 * The value of a JSON text, with every name of an object as it was written; throws `SyntaxError` as `JSON.parse` does, which reads the text first and
 * alone where no name holds an escape. Where one does the text is read a second time: V8 since 12.8 may take such a name for another that an
 * object it parsed before had in that place (`JSON.parse('{"h":[],"\\\\":0}')` makes it read `{"h":1,"\"":2}` with a backslash for its second name).
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return hasEscapedName(text) ? readAgain(text) : value;
}

/** An object or list whose end was not met yet. `name`: of the property to come. */
type Open =
  | { readonly list: unknown[] }
  | { readonly object: Record<string, unknown>; name: string | undefined };

/** A number, `true`, `false` or `null`. */
const WORD = /[^\s,\]}]+/y;

// Looks only at strings that hold an escape, each character at most twice.
function hasEscapedName(text: string): boolean {
  for (let at = text.indexOf("\\"); at >= 0;) {
    let next = closingQuote(text, at) + 1;
    while (isBlank(text.charCodeAt(next))) next++;
    if (text[next] === ":") return true;
    at = text.indexOf("\\", next);
  }
  return false;
}

/** Reads a text that is known to be valid; without recursion, since `JSON.parse` takes any depth. */
function readAgain(text: string): unknown {
  const opened: Open[] = [];
  const root: unknown[] = [];
  let inner: Open = { list: root };
  for (let at = 0; at < text.length;) {
    const letter = text[at] ?? "";
    if (letter === '"') {
      const end = closingQuote(text, at + 1) + 1;
      take(inner, stringOf(text.slice(at, end)));
      at = end;
    } else if (letter === "{" || letter === "[") {
      opened.push(inner);
      inner = opening(inner, letter);
      at++;
    } else if (letter === "}" || letter === "]") {
      inner = opened.pop() ?? inner;
      at++;
    } else if (letter === "," || letter === ":" || isBlank(text.charCodeAt(at))) at++;
    else {
      WORD.lastIndex = at;
      const word = WORD.exec(text)?.[0] ?? "";
      put(inner, scalarOf(word));
      at += word.length;
    }
  }
  return root[0];
}

function opening(inner: Open, bracket: "{" | "["): Open {
  if (bracket === "[") {
    const list: unknown[] = [];
    put(inner, list);
    return { list };
  }
  const object: Record<string, unknown> = {};
  put(inner, object);
  return { object, name: undefined };
}

/** A string: the name of the next property where one is to come, else a value. */
function take(inner: Open, text: string): void {
  if ("object" in inner && inner.name === undefined) inner.name = text;
  else put(inner, text);
}

function put(inner: Open, value: unknown): void {
  if ("list" in inner) {
    inner.list.push(value);
    return;
  }
  const { object, name = "" } = inner;
  inner.name = undefined;
  // An assignment would set the prototype.
  if (name === "__proto__")
    Object.defineProperty(object, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  else object[name] = value;
}

function stringOf(token: string): string {
  return token.includes("\\") ? String(JSON.parse(token)) : token.slice(1, -1);
}

function scalarOf(word: string): unknown {
  if (word === "null") return null;
  return word === "true" || word === "false" ? word === "true" : Number(word);
}

/** Where the string ends in which `at` is, and in it no character that an escape belongs to. */
function closingQuote(text: string, at: number): number {
  let quote = text.indexOf('"', at);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote;
}

/** Whether an odd number of backslashes is before it; no two quotes share one, so that all looks together are linear. */
function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text[first - 1] === "\\") first--;
  return (quote - first) % 2 === 1;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
