import { expect, test } from "@jest/globals";
import { KeptSpans } from "../support/kept-spans.ts";

test("no event is before the start of its span, however late either was told", () => {
  let monotonic = 0;
  const time = { now: () => 1e12, monotonic: () => (monotonic += 1) };
  using kept = new KeptSpans({}, { time });
  // The caller looked at the clock, and then it took a while.
  const span = kept.port.startSpan("cache.get", "acme", { always: true, agoMs: 1 });
  span.addEvent("cache.tier", {}, 5);
  span.end();
  const { startTime, events } = kept.span("cache.get");
  const [event] = events;
  expect(event?.time).toEqual(startTime);
});
