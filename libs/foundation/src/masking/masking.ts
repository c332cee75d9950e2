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

  constructor({ visibility, secret, values, secrets, info }: MaskingOptions) {
    this.#keys = new KeyMask(visibility, secret);
    this.#text = new TextMask(secret === undefined ? secrets : [...secrets, secret]);
    this.#attributes = new AttributeMask(this.#keys, values);
    this.#values = values;
    if (visibility !== "plain" && secret === undefined)
      info("keys in telemetry are masked with a secret of this process", {
        visibility,
        consequence: "they cannot be compared between processes; keys.secret makes them equal",
      });
  }

  attributes(trail: Trail, attributes: Attributes): Record<string, string | number | boolean> {
    return this.#attributes.mask(trail.tenantId, attributes, {
      told: (text, visible) => trail.remember(text, visible),
      freeText: (text) => this.#text.mask(text, textsOf(trail)),
    });
  }

  /** Takes note of the keys in `attributes`, so that an error that comes before the span's end cannot show them. */
  note(trail: Trail, attributes: Attributes): void {
    const key = attributes["cache.key"];
    if (typeof key === "string") trail.remember(key, this.#keys.key(trail.tenantId, key));
    for (const name of SCOPES) {
      const scope = attributes[name];
      if (typeof scope === "string") this.attributes(trail, { [name]: scope });
    }
  }

  error(trail: Trail, error: unknown): ShownError {
    return shownError(error, {
      text: this.#text,
      visible: textsOf(trail),
      keyForm: (key) => this.#keys.key(trail.tenantId, key),
      values: this.#values,
    });
  }
}

/** The texts of a trail in every form in which a message may hold them: as told, as a path, as JSON. */
function textsOf(trail: Trail): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [text, visible] of trail.texts)
    for (const form of [text, canonical(text), JSON.stringify(text).slice(1, -1)])
      texts.set(form, visible);
  return texts;
}
