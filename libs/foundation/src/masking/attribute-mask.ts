import type { Attributes } from "@cogniverse/sdk";
import type { KeyMask } from "./key-mask.ts";

/** Attributes of OpenInference that carry what goes in and out: questions, content and what is said of it, arguments of tools, vectors, pictures, sound. */
const CONTENT = new RegExp(
  [
    String.raw`^(?:input|output)\.`,
    String.raw`(?:^|\.)query$`,
    String.raw`\.(?:content|text|vector|arguments|parameters|function_call|template|variables|transcript)$`,
    String.raw`document\.metadata$`,
    String.raw`^embedding\.(?!model_name$)`,
    String.raw`(?:images?|audio)\.`,
    "prompt|messages?\\.",
  ].join("|"),
);

/** Attributes that hold a scope, "kind value". */
export const SCOPES: ReadonlySet<string> = new Set([
  "cache.scope",
  "cache.killed_by.scope",
  "cache.killed_by.source",
]);

/** Names asked about so far, so that each is matched once; spans have few. */
const MAX_NAMES = 1024;

/** Which attributes hold a key, a scope or a free text, and what becomes of them. */
export class AttributeMask {
  readonly #keys: KeyMask;
  readonly #values: boolean;
  readonly #content = new Map<string, boolean>();

  /** `values`: what goes in and out of an application's spans is passed on. */
  constructor(keys: KeyMask, values: boolean) {
    this.#keys = keys;
    this.#values = values;
  }

  /**
   * `attributes` in the form that may leave. `told` hears each text that was replaced, `freeText` masks what somebody wrote.
   */
  mask(
    tenantId: string,
    attributes: Attributes,
    { told, freeText }: AttributeListener,
  ): Record<string, string | number | boolean> {
    const masked: Record<string, string | number | boolean> = {};
    for (const name in attributes) {
      const value = attributes[name];
      if (value === undefined || value === null) continue;
      if (typeof value !== "string") masked[name] = value;
      else if (name === "cache.key") {
        const form = this.#keys.key(tenantId, value);
        told(value, form);
        masked[name] = form;
      } else if (SCOPES.has(name)) {
        const form = this.#keys.scope(tenantId, value);
        tellScope(value, form, told);
        masked[name] = form;
      } else if (name === "cache.killed_by.reason") masked[name] = freeText(value);
      else if (this.#values || !this.#isContent(name)) masked[name] = value;
    }
    return masked;
  }

  #isContent(name: string): boolean {
    if (name.startsWith("cache.")) return false;
    let content = this.#content.get(name);
    if (content === undefined) {
      content = CONTENT.test(name);
      if (this.#content.size < MAX_NAMES) this.#content.set(name, content);
    }
    return content;
  }
}

/** What {@link AttributeMask.mask} tells and asks. */
export interface AttributeListener {
  readonly told: (text: string, visible: string) => void;
  readonly freeText: (text: string) => string;
}

/** The value alone: a message names it without its kind. */
function tellScope(scope: string, form: string, told: AttributeListener["told"]): void {
  const [at, shownAt] = [scope.indexOf(" "), form.indexOf(" ")];
  if (at >= 0 && shownAt >= 0) told(scope.slice(at + 1), form.slice(shownAt + 1));
}
