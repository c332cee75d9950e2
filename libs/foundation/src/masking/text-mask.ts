/** A key that is shorter is only found where no letter or digit stands beside it: else half of any text would be replaced. */
const SHORT = 8;

/** So much of the beginning of a long key suffices to recognise it: messages cut keys. */
const RECOGNISED = 24;

const HIDDEN = "***";

/** What is a credential wherever it stands, with what to put in its place. */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, `$1${HIDDEN}@`],
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
    // Longest first: a key that another begins with must not take its beginning away.
    const longestFirst = [...visible].toSorted(([a], [b]) => b.length - a.length);
    for (const [hidden, shown] of longestFirst) masked = replaced(masked, hidden, shown);
    return masked;
  }
}

/** `text` with each appearance of `hidden` replaced, also one that was cut off after {@link RECOGNISED} characters. */
function replaced(text: string, hidden: string, shown: string): string {
  if (hidden === "") return text;
  const needle = hidden.slice(0, RECOGNISED);
  let masked = "";
  let from = 0;
  for (;;) {
    const at = text.indexOf(needle, from);
    if (at < 0) return masked + text.slice(from);
    let end = at + needle.length;
    while (end - at < hidden.length && text[end] === hidden[end - at]) end++;
    const taken = hidden.length >= SHORT || standsAlone(text, at, end);
    masked += text.slice(from, at) + (taken ? shown : text.slice(at, end));
    from = end;
  }
}

function standsAlone(text: string, start: number, end: number): boolean {
  const beside = /[\p{L}\p{N}]/u;
  return !beside.test(text[start - 1] ?? " ") && !beside.test(text[end] ?? " ");
}
