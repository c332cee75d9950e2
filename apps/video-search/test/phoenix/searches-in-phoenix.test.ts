import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setSession } from "@arizeai/openinference-core";
import { serverSuite, sharedPhoenix } from "@cogniverse/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { context } from "@opentelemetry/api";
import { ROOT } from "../../src/app.ts";
import { AppHome } from "../support/app-home.ts";
import { PhoenixProject, type PhoenixSpan } from "./phoenix-project.ts";

const START_LIMIT_MS = 240_000;
const QUERY = "a rabbit yawns";
const CONFIG = join(ROOT, "configs", "phoenix.yaml");
const DOCUMENT = await readFile(join(ROOT, "docs", "telemetry.md"), "utf8");

/** The expressions that the document lists below a heading. */
function documented(heading: string): readonly string[] {
  const section = DOCUMENT.split(`### ${heading}\n`)[1]?.split(/^#/m)[0] ?? "";
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map((row) => row[1] ?? "");
}

serverSuite(["phoenix"], describe)("what a person sees in Phoenix", () => {
  let home: AppHome;
  let project: PhoenixProject;
  let env: Readonly<Record<string, string>>;
  let session: string;

  beforeAll(async () => {
    const phoenix = await sharedPhoenix();
    home = await AppHome.create();
    project = new PhoenixProject(phoenix, `video-search-${randomUUID()}`);
    session = `session-${randomUUID()}`;
    env = {
      ...home.env,
      PHOENIX_COLLECTOR_ENDPOINT: phoenix.url,
      PHOENIX_API_KEY: phoenix.apiKey ?? "",
      PHOENIX_PROJECT_NAME: project.name,
    };
    const film = await home.sample();
    {
      await using app = await home.open({ config: CONFIG, env });
      for (const tenant of ["acme", "globex"]) {
        await app.processor.ingest(film, tenant);
        for (let time = 0; time < 2; time++) await app.agent.search(QUERY, tenant);
      }
    }
    await using app = await home.open({ config: CONFIG, env });
    await app.processor.ingest(film, "acme");
    await app.agent.search(QUERY, "acme");
    await app.cache.invalidate({ kind: "tenant" }, "acme", { reason: "demo" });
    await context.with(setSession(context.active(), { sessionId: session }), () =>
      app.agent.search(QUERY, "acme"),
    );
    await app.cache.close();
    await project.holds(6, "search");
  }, START_LIMIT_MS);
  afterAll(() => home?.[Symbol.asyncDispose]());

  const changedConfig = async (from: string, to: string): Promise<string> => {
    const file = home.film(`${randomUUID()}.yaml`);
    await writeFile(file, (await readFile(CONFIG, "utf8")).replace(from, to));
    return file;
  };

  const under = async (
    parent: PhoenixSpan | undefined,
    name: string,
  ): Promise<PhoenixSpan | undefined> => {
    const spans = await project.spans(`parent_id=${parent?.context.span_id}&name=${name}`);
    return spans[0];
  };

  test("a cold search is a tree from the question to the model", async () => {
    const searches = await project.spans("name=search&attribute=tenant.id:globex");
    const cold = searches.find(({ attributes }) => attributes["cache.hit"] === "miss");
    expect(cold).toMatchObject({ span_kind: "AGENT", parent_id: null });
    expect(cold?.attributes).toMatchObject({
      "input.value": QUERY,
      "output.value": expect.stringMatching(/^miss: \d moments?$/),
      "search.strategy": "text",
    });
    const read = await under(cold, "cache.get");
    expect(read).toMatchObject({ span_kind: "CHAIN", attributes: { "cache.hit": "miss" } });
    expect(read?.attributes["cache.causes"]).toBe("hot=absent,warm=absent");
    const tried = read?.events.map(({ attributes }) => attributes["cache.tier"]);
    expect(tried).toEqual(["hot", "warm"]);
    const retrieval = await under(await under(read, "cache.compute"), "retrieve");
    expect(retrieval).toMatchObject({ span_kind: "RETRIEVER" });
    expect(JSON.stringify(retrieval?.attributes)).toMatch(/@\d+/);
    const embedding = await under(retrieval, "embed");
    expect(embedding).toMatchObject({ span_kind: "EMBEDDING" });
    expect(embedding?.attributes["embedding.model_name"]).toBe("cheap");
  });

  test("the same search is answered by memory, and after a restart by the tier below", async () => {
    const outcomes = async (tenant: string): Promise<readonly string[]> => {
      const searches = await project.spans(`name=search&attribute=tenant.id:${tenant}`);
      const found = searches.map(({ attributes }) => String(attributes["cache.hit"]));
      for (const { attributes } of searches) {
        const hit = String(attributes["cache.hit"]);
        const outcome = hit === "miss" ? "miss" : `hit from ${hit}`;
        expect(attributes["output.value"]).toMatch(new RegExp(`^${outcome}: \\d moments?$`));
      }
      return found.toSorted((a, b) => a.localeCompare(b));
    };
    expect(await outcomes("globex")).toEqual(["hot", "miss"]);
    expect(await outcomes("acme")).toEqual(["hot", "miss", "miss", "warm"]);
  });

  test("a miss names the invalidation that caused it, and the session it belongs to", async () => {
    const reads = await project.spans("name=cache.get&attribute=cache.killed_by.reason:demo");
    const [search] = await project.spans(`name=search&attribute=session.id:${session}`);
    const read = reads.find(({ parent_id: parent }) => parent === search?.context.span_id);
    expect(read?.attributes).toMatchObject({
      "cache.miss_cause": "invalidated",
      "cache.killed_by.scope": expect.stringMatching(/^tenant/),
      "session.id": session,
    });
  });

  test.each(documented("Spans tab"))("the Spans tab filters by %s", async (filter) => {
    expect(await project.finds(filter)).toBeGreaterThan(0);
  });

  test.each(documented("Traces tab"))("the Traces tab filters by %s", async (filter) => {
    expect(await project.findsTraces(filter)).toBeGreaterThan(0);
  });

  test("annotations chart the hit rate by tier", async () => {
    const outcomes = ["hot", "warm", "miss"];
    const { meanScore, labelFractions } = await project.annotated("cache_hit", outcomes);
    expect(meanScore).toBeGreaterThan(0);
    expect(meanScore).toBeLessThan(1);
    const labels = labelFractions.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(outcomes));
  });

  test("unless values are asked for, neither query nor snippet leaves", async () => {
    const silent = new PhoenixProject(await sharedPhoenix(), `${project.name}-silent`);
    const own = await changedConfig("\n  values: true", "\n  values: false");
    {
      await using app = await home.open({
        config: own,
        env: { ...env, PHOENIX_PROJECT_NAME: silent.name },
      });
      const { hits } = await app.agent.search(QUERY, "globex", { topK: 3 });
      expect(hits.length).toBeGreaterThan(0);
    }
    await silent.holds(1, "search");
    await silent.holds(1, "embed");
    const told = JSON.stringify(await silent.spans());
    expect(told).toContain("document.id");
    expect(told).toContain("document.score");
    expect(told).toContain("embedding.model_name");
    expect(told).not.toContain(QUERY);
    expect(told).not.toContain("document.content");
    expect(told).not.toContain("embedding.text");
  });

  test("with a project for each tenant nobody's spans lie in another's", async () => {
    const own = await changedConfig("\ntelemetry:", "\ntelemetry:\n  tenancy: project");
    const tenants = ["initech", "hooli"] as const;
    {
      await using app = await home.open({ config: own, env });
      for (const tenant of tenants) await app.agent.search(QUERY, tenant);
    }
    const phoenix = await sharedPhoenix();
    for (const tenant of tenants) {
      const theirs = new PhoenixProject(phoenix, `${project.name}-${tenant}`);
      await theirs.holds(1, "search");
      const owners = (await theirs.spans()).map(({ attributes }) => attributes["tenant.id"]);
      expect(new Set(owners)).toEqual(new Set([tenant]));
      expect(await project.spans(`attribute=tenant.id:${tenant}`)).toEqual([]);
    }
  });
});
