import { beforeAll, describe, expect, test } from "@jest/globals";
import { sharedPhoenix } from "@cogniverse/test-servers";
import { HitAnnotations } from "../../src/node/annotations/hit-annotations.ts";
import { recordingLogger } from "../metrics/node-metrics.ts";
import { PhoenixProject } from "./phoenix-project.ts";

/** Phoenix starts in up to half a minute, and tries annotations of spans that it lacks every 10 s. */
const LIMIT_MS = 180_000;

describe("cache_hit annotations in a real Phoenix", () => {
  let project: PhoenixProject;

  beforeAll(async () => {
    project = new PhoenixProject(await sharedPhoenix());
  }, LIMIT_MS);

  test(
    "a thousand arrive: filters by score and label find them, also where the span came last",
    async () => {
      const { annotationsUrl: url, headers } = project;
      const hits = new HitAnnotations({ url, headers, timeoutMs: 60_000 }, recordingLogger());
      const spans = project.spans(1000);
      const [first = ""] = spans.ids;
      hits.annotate(first, "hot");
      await hits.flush(60_000);
      await spans.export();
      await project.until("name == 'cache.get'", 1000);
      for (const [index, id] of spans.ids.entries())
        if (index > 0) hits.annotate(id, index % 4 === 0 ? "hot" : "miss");
      await hits.shutdown(60_000);
      expect(hits.stats).toEqual({ sent: 1000, dropped: 0, failures: 0, queue: 0 });
      await project.until("annotations['cache_hit'].score >= 0", 1000);
      expect(await project.count("annotations['cache_hit'].score > 0.5")).toBe(250);
      expect(await project.count("annotations['cache_hit'].label == 'miss'")).toBe(750);
      expect(await project.annotationsOf(first)).toMatchObject({
        data: [
          {
            name: "cache_hit",
            annotator_kind: "CODE",
            result: { label: "hot", score: 1 },
            span_id: first,
          },
        ],
      });
    },
    LIMIT_MS,
  );
});
