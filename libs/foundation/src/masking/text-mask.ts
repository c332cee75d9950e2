/** A key that is shorter is only found where no letter or digit stands beside it: else half of any text would be replaced. */
const SHORT = 8;

/** So much of the beginning of a long key suffices to recognise it: messages cut keys. */
const RECOGNISED = 24;

const HIDDEN = "***";

/** What is a credential wherever it stands, with what to put in its place. */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  // Schemes are short; without an end to them, each letter of a long text would be the start of another search.
  [/([a-z][a-z0-9+.-]{0,31}:\/\/)[^\s/@'"]{1,512}@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${HIDDEN}`],
  [
    /((?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|api[_-]?key|access[_-]?key(?:[_-]?id)?|secret(?:[_-]?access)?(?:[_-]?key)?|password|passwd|token|sig(?:nature)?|authorization)["']?\s*[=:]\s*["']?)(?!(?:bearer|basic)\s)[^\s&"',;]+/gi,
    `$1${HIDDEN}`,
  ],
];

/** Takes what must not be shown out of a text that somebody else wrote. Never throws. */
export class TextMask {
  readonly #secrets: readonly string[];

  /** `secrets`: texts that are never shown, wherever they stand. */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.filter((secret) => secret.length >= SHORT);
  }

  /** `visible`: texts with the form that may be shown instead of each. */
  mask(text: string, visible: ReadonlyMap<string, string>): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, HIDDEN);
    for (const [pattern, instead] of CREDENTIALS) masked = masked.replace(pattern, instead);
    return replaced(masked, visible);
  }
}

/** Where a text that is not shown stands in another, whole or as far as they agree. */
interface Find {
  readonly start: number;
  /** Where they no longer agree. */
  readonly agrees: number;
  /** Where what is hidden ends. */
  readonly end: number;
  readonly shown: string;
}

/**
 * `text` with each appearance of one of `visible` replaced, also one that was cut off, or goes on otherwise, after {@link RECOGNISED} characters. Keys
 * begin alike: where several fit, the one that fits furthest says the form, and what goes on otherwise is hidden to the end of the word.
 */
function replaced(text: string, visible: ReadonlyMap<string, string>): string {
  const finds = [...visible].flatMap(([hidden, shown]) => findsOf(text, hidden, shown));
  finds.sort((a, b) => a.start - b.start || b.agrees - a.agrees);
  let masked = "";
  let [from, last] = [0, -1];
  for (const { start, end, shown } of finds) {
    if (end <= from || start === last) continue;
    masked += text.slice(from, Math.max(from, start)) + shown;
    [from, last] = [end, start];
  }
  return masked + text.slice(from);
}

function findsOf(text: string, hidden: string, shown: string): Find[] {
  const finds: Find[] = [];
  const needle = hidden.slice(0, RECOGNISED);
  for (let start = at(text, needle, 0); start >= 0;) {
    let agrees = start + needle.length;
    while (agrees - start < hidden.length && text[agrees] === hidden[agrees - start]) agrees++;
    const end = agrees - start === hidden.length ? agrees : endOfWord(text, agrees);
    if (hidden.length >= SHORT || standsAlone(text, start, agrees))
      finds.push({ start, agrees, end, shown });
    start = at(text, needle, agrees);
  }
  return finds;
}

function at(text: string, needle: string, from: number): number {
  return needle === "" ? -1 : text.indexOf(needle, from);
}

/** Behind `from`, where a quote, a bracket or a space ends what is written there. */
function endOfWord(text: string, from: number): number {
  const length = text.slice(from).search(/[\s"'`<>()[\]{}]/);
  return length < 0 ? text.length : from + length;
}

function standsAlone(text: string, start: number, end: number): boolean {
  const beside = /[\p{L}\p{N}]/u;
  return !beside.test(text[start - 1] ?? " ") && !beside.test(text[end] ?? " ");
}
