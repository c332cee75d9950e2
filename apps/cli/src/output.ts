import Table from "cli-table3";

/** Where a command writes. In tests a recorder, else the process' own streams. */
export interface Output {
  readonly isTerminal: boolean;
  write(text: string | Uint8Array): void;
  /** For people: progress and remarks, never data. */
  note(text: string): void;
  /** One line that the next one replaces; "" takes it away. Left out where nobody watches. */
  readonly status?: (text: string) => void;
}

/** Standard output and standard error. */
export const processOutput: Output = {
  isTerminal: process.stdout.isTTY,
  write: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(`${text}\n`),
  ...(process.stderr.isTTY
    ? { status: (text: string): void => void process.stderr.write(`\r\u001B[K${text}`) }
    : {}),
};

/** So wide is a last column that wraps. */
const WRAPPED_WIDTH = 76;

/** One JSON document and a line end. */
export function writeJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** A table with a head line; right-aligned where every cell of a column is a number. `wrapLast`: long texts of the last column go over lines. */
export function writeTable(
  output: Output,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { wrapLast = false }: Readonly<{ wrapLast?: boolean }> = {},
): void {
  const numeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((isNumber) => (isNumber ? "right" : "left")),
    style: { head: [], border: [], compact: true },
    ...(wrapLast ? { wordWrap: true, colWidths: lastWidth(head.length, rows) } : {}),
  });
  for (const row of rows) table.push(row.map(String));
  output.write(`${table.toString()}\n`);
}

/** No wider than its longest cell; the other columns as wide as they need. */
function lastWidth(
  columns: number,
  rows: readonly (readonly (string | number)[])[],
): (number | null)[] {
  const longest = Math.max(...rows.map((row) => String(row.at(-1) ?? "").length)) + 2;
  const others = Array.from({ length: columns - 1 }, () => null);
  return longest <= WRAPPED_WIDTH ? [...others, null] : [...others, WRAPPED_WIDTH];
}

/** Milliseconds for people: `1.2 s`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ] as const;
  const at = units.findIndex(([, unitMs]) => ms >= unitMs);
  const [name, unitMs] = units[at] ?? ["s", 1000];
  const next = units[at + 1];
  if (next === undefined) return `${(ms / 1000).toFixed(1)} s`;
  const rest = Math.floor((ms % unitMs) / next[1]);
  return `${Math.floor(ms / unitMs)} ${name}${rest > 0 ? ` ${rest} ${next[0]}` : ""}`;
}

/** An amount for people: whole cents, and of small ones what matters. */
export function money(amount: number, currency: string): string {
  const isSmall = amount !== 0 && Math.abs(amount) < 1;
  return `${isSmall ? Number(amount.toPrecision(2)) : amount.toFixed(2)} ${currency}`;
}

/** Bytes for people, in binary units. */
export function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? "B"}`;
}
