import { expect, test } from "@jest/globals";
import type { Attributes } from "@cogniverse/sdk";
import type { TelemetryConfig } from "../../src/node/telemetry-config.ts";
import { KeptSpans } from "../support/kept-spans.ts";

const QUESTION = { "openinference.span.kind": "AGENT", "input.value": "who laughs?" } as const;

function shown(told: Attributes, config: TelemetryConfig = {}): Attributes {
  using kept = new KeptSpans(config);
  kept.port.span("search", "acme", (span) => span.setAttributes(told), QUESTION);
  const { "input.value": input = "none", "output.value": output = "none" } =
    kept.span("search").attributes;
  return { input: String(input), output: String(output) };
}

test("a span of the application says where its answer came from, where what goes in and out is withheld", () => {
  const said = { "output.value": "Ada, at 0:42" };
  expect(shown({ ...said, "cache.hit": "hot" })).toEqual({ input: "none", output: "hit from hot" });
  expect(shown({ ...said, "cache.hit": "miss" })).toEqual({ input: "none", output: "computed" });
  expect(shown(said)).toEqual({ input: "none", output: "none" });
});

test("of its key it shows what may be seen", () => {
  const told = { "cache.key": "search_results/who laughs" };
  expect(shown(told)["input"]).toMatch(/^[0-9a-f]{16}$/);
  const config = { keys: { visibility: "plain" } } as const;
  expect(shown(told, config)["input"]).toBe("search_results/who laughs");
});

test("it shows its own words where they may leave", () => {
  const told = { "output.value": "Ada, at 0:42", "cache.hit": "hot" };
  expect(shown(told, { values: true })).toEqual({ input: "who laughs?", output: "Ada, at 0:42" });
});
