import type { Attributes } from "@cogniverse/sdk";

/** What Phoenix shows in its table of spans: short, and made of attributes that may be shown. */
export interface SpanSummary {
  readonly input: string | undefined;
  readonly output: string | undefined;
}

type Shown = Readonly<Record<string, unknown>>;

const OUTPUTS: Readonly<Record<string, (shown: Shown) => string | undefined>> = {
  "cache.get": read,
  "cache.compute": (shown) => measured("computed in", shown["cache.compute_ms"]),
  "cache.put": (shown) =>
    shown["cache.superseded"] === true
      ? "superseded"
      : numbered("position", shown["cache.position"]),
  "cache.invalidate": (shown) => numbered("position", shown["cache.position"]),
  "cache.promote": moved,
  "cache.demote": moved,
};

/** Makes the summary of a span: of an application's as far as it tells of the cache. `shown`: its attributes after masking. */
export function summaryOf(name: string, shown: Attributes | Shown): SpanSummary {
  const input = text(shown["cache.key"]) ?? text(shown["cache.scope"]);
  return { input, output: (OUTPUTS[name] ?? answered)(shown) };
}

/** Where what an application answered came from. */
function answered(shown: Shown): string | undefined {
  const tier = text(shown["cache.hit"]);
  if (tier === undefined) return undefined;
  return tier === "miss" ? "computed" : `hit from ${tier}`;
}

function read(shown: Shown): string | undefined {
  const tier = text(shown["cache.hit"]);
  if (tier === undefined) return undefined;
  const cause = text(shown["cache.miss_cause"]);
  const parts = [
    tier === "miss" ? `miss${cause === undefined ? "" : `: ${cause}`}` : `${tier} hit`,
    shown["cache.stale"] === true ? "stale" : undefined,
    shown["cache.coalesced"] === true ? "coalesced" : undefined,
    shown["cache.slow"] === true ? "slow" : undefined,
    numbered("", shown["cache.item_size"], " B"),
    measured("saved", shown["cache.saved_ms"]),
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

function moved(shown: Shown): string | undefined {
  const [from, to] = [text(shown["cache.from"]), text(shown["cache.to"])];
  if (from === undefined || to === undefined) return undefined;
  return `${from} -> ${to}: ${text(shown["cache.outcome"]) ?? "unknown"}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function measured(before: string, value: unknown): string | undefined {
  return typeof value === "number" ? `${before} ${String(Math.round(value))} ms` : undefined;
}

function numbered(before: string, value: unknown, after = ""): string | undefined {
  return typeof value === "number" ? `${before} ${String(value)}${after}`.trim() : undefined;
}
