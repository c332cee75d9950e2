import { NpyFormatError } from "./npy-error.ts";

/** The three fields of an npy header as written; `descr` undefined where it is not a string (structured arrays). */
export type HeaderLiteral = Readonly<{
  descr: string | undefined;
  fortranOrder: boolean;
  shape: readonly number[];
}>;

const TOKEN =
  /[ \t\r\n]*(?:(?<text>'[^'\\\n]*'|"[^"\\\n]*")|(?<integer>\d+)L?|(?<word>True|False)|(?<mark>[{}():,[]))/y;

/**
 * Reads the Python dictionary of an npy header: only the one form that numpy writes, evaluating nothing. Integers may
 * carry the `L` of Python 2. Throws NpyFormatError `malformed` for anything else.
 */
export function parseHeaderLiteral(header: string): HeaderLiteral {
  const tokens = new Tokens(header);
  const fields: { descr?: string | undefined; fortranOrder?: boolean; shape?: readonly number[] } =
    {};
  tokens.expect("{");
  while (!tokens.accept("}")) {
    const name = unquote(tokens.next());
    tokens.expect(":");
    if (name === "descr" && !("descr" in fields)) {
      const descr = tokens.next();
      // Structured arrays have a list here: what follows it does not matter any more.
      if (descr === "[" || descr === "(")
        return { descr: undefined, fortranOrder: false, shape: [] };
      fields.descr = unquote(descr);
    } else if (name === "fortran_order" && fields.fortranOrder === undefined)
      fields.fortranOrder = boolean(tokens.next());
    else if (name === "shape" && fields.shape === undefined) fields.shape = integers(tokens);
    else throw malformed(header);
    if (!tokens.accept(",")) {
      tokens.expect("}");
      break;
    }
  }
  tokens.end();
  const { descr, fortranOrder, shape } = fields;
  if (descr === undefined || fortranOrder === undefined || shape === undefined)
    throw malformed(header);
  return { descr, fortranOrder, shape };
}

function integers(tokens: Tokens): readonly number[] {
  const sizes: number[] = [];
  tokens.expect("(");
  while (!tokens.accept(")")) {
    sizes.push(integer(tokens.next()));
    const more = tokens.accept(",");
    if (more) continue;
    // In Python `(3)` is a number and no tuple.
    if (sizes.length < 2) tokens.fail();
    tokens.expect(")");
    break;
  }
  return sizes;
}

function integer(token: string): number {
  const value = /^\d+$/.test(token) ? Number(token) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw malformed(token);
  return value;
}

function boolean(token: string): boolean {
  if (token !== "True" && token !== "False") throw malformed(token);
  return token === "True";
}

function unquote(token: string): string {
  if (!token.startsWith("'") && !token.startsWith('"')) throw malformed(token);
  return token.slice(1, -1);
}

class Tokens {
  readonly #header: string;
  #at = 0;

  constructor(header: string) {
    this.#header = header;
  }

  next(): string {
    TOKEN.lastIndex = this.#at;
    const groups = TOKEN.exec(this.#header)?.groups;
    if (groups === undefined) return this.fail();
    this.#at = TOKEN.lastIndex;
    return groups["text"] ?? groups["integer"] ?? groups["word"] ?? groups["mark"] ?? this.fail();
  }

  accept(mark: string): boolean {
    const before = this.#at;
    if (this.next() === mark) return true;
    this.#at = before;
    return false;
  }

  expect(mark: string): void {
    if (this.next() !== mark) this.fail();
  }

  end(): void {
    if (this.#header.slice(this.#at).trim() !== "") this.fail();
  }

  fail(): never {
    throw malformed(this.#header);
  }
}

function malformed(what: string): NpyFormatError {
  return new NpyFormatError(
    "malformed",
    `not the header of an npy file: ${JSON.stringify(what.trim().slice(0, 200))}`,
  );
}
