import type { Attributes, LogFields } from "@cogniverse/sdk";
import type { Trail } from "../tracing/trail.ts";
import { AttributeMask, SCOPES } from "./attribute-mask.ts";
import { canonical, KeyMask } from "./key-mask.ts";
import type { KeyVisibility } from "./key-visibility.ts";
import { type ShownError, shownError } from "./shown-error.ts";
import { TextMask } from "./text-mask.ts";

/** How {@link Masking} is set up. */
export interface MaskingOptions {
  readonly visibility: KeyVisibility;
  readonly secret: string | undefined;
  readonly values: boolean;
  /** Texts that are never shown. */
  readonly secrets: readonly string[];
  readonly info: (message: string, fields: LogFields) => void;
}

/** Everything that decides in which form something leaves the process. */
export class Masking {
  readonly #keys: KeyMask;
  readonly #text: TextMask;
  readonly #attributes: AttributeMask;
  readonly #values: boolean;
  /** What the first span that recorded an error knew. */
  readonly #ofErrors = new WeakMap<object, ReadonlyMap<string, string>>();

  constructor({ visibility, secret, values, secrets, info }: MaskingOptions) {
    this.#keys = new KeyMask(visibility, secret);
    this.#text = new TextMask(secret === undefined ? secrets : [...secrets, secret]);
    this.#attributes = new AttributeMask(this.#keys, values);
    this.#values = values;
    if (visibility !== "plain" && secret === undefined)
      info("keys in telemetry are masked with a secret of this process", {
        visibility,
        consequence:
          "they cannot be compared between processes; telemetry.keys.secret makes them equal",
      });
  }

  attributes(trail: Trail, attributes: Attributes): Record<string, string | number | boolean> {
    return this.#attributes.mask(trail.tenantId, attributes, {
      told: ignored,
      freeText: (text) => this.#text.mask(text, formsOf(this.#textsOf(trail))),
    });
  }

  /** Takes note of the keys in `attributes`, so that no error of the trace can show them. What may be shown of them is worked out where one has to be. */
  note(trail: Trail, attributes: Attributes): void {
    for (const name of NAMED) {
      const text = attributes[name];
      if (typeof text === "string") trail.remember(text, name);
    }
  }

  /** `told`: what the span itself was told, which its trail may have forgotten since. */
  error(trail: Trail, error: unknown, told: Attributes): ShownError {
    const own = this.#textsIn(trail, told);
    const texts = new Map([...this.#textsOf(trail), ...own]);
    if (typeof error === "object" && error !== null) {
      for (const [text, visible] of this.#ofErrors.get(error) ?? []) texts.set(text, visible);
      // Spans above record it too, and know nothing of the key that it names.
      if (!this.#ofErrors.has(error)) this.#ofErrors.set(error, own);
    }
    return shownError(error, {
      text: this.#text,
      visible: formsOf(texts),
      keyForm: (key) => this.#keys.key(trail.tenantId, key),
      values: this.#values,
    });
  }

  /** Keys and scopes of a trail, each with what may be shown of it. */
  #textsOf(trail: Trail): Map<string, string> {
    const texts = new Map<string, string>();
    for (const [text, name] of trail.texts)
      for (const [hidden, visible] of this.#textsIn(trail, { [name]: text }))
        texts.set(hidden, visible);
    return texts;
  }

  /** Keys and scopes of a span, each with what may be shown of it. */
  #textsIn(trail: Trail, attributes: Attributes): Map<string, string> {
    const texts = new Map<string, string>();
    const named: Record<string, string> = {};
    for (const name of NAMED) {
      const text = attributes[name];
      if (typeof text === "string") named[name] = text;
    }
    this.#attributes.mask(trail.tenantId, named, {
      told: (text, visible) => {
        if (text !== visible) texts.set(text, visible);
      },
      freeText: (text) => text,
    });
    return texts;
  }
}

const ignored = (): void => undefined;

const NAMED = ["cache.key", ...SCOPES] as const;

/** The texts in every form in which a message may hold them: as told, as a path, as JSON, as part of a URL. */
function formsOf(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  for (const [text, visible] of texts) {
    const inUrl = text.isWellFormed() ? encodeURIComponent(text) : text;
    const path = inUrl.replaceAll("%2F", "/");
    for (const form of [text, canonical(text), JSON.stringify(text).slice(1, -1), inUrl, path])
      forms.set(form, visible);
  }
  return forms;
}
