import type { PhoenixPlace } from "@cogniverse/test-servers";

/** A span as Phoenix gives it back over REST. */
export interface StoredSpan {
  readonly name: string;
  readonly context: Readonly<{ trace_id: string; span_id: string }>;
  readonly span_kind: string;
  readonly parent_id: string | null;
  readonly start_time: string;
  readonly end_time: string;
  readonly status_code: string;
  readonly status_message: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly Readonly<{
    name: string;
    timestamp: string;
    attributes: Readonly<Record<string, unknown>>;
  }>[];
}

/** Asks Phoenix what it has stored. */
export class PhoenixClient {
  readonly #place: PhoenixPlace;

  constructor(place: PhoenixPlace) {
    this.#place = place;
  }

  /** The spans of a project, as soon as there are `count`: Phoenix acknowledges before it stores. */
  async spans(project: string, count: number): Promise<readonly StoredSpan[]> {
    await this.stored(project, count);
    const name = encodeURIComponent(project);
    const { data } = await this.#get<{ data: StoredSpan[] }>(
      `/v1/projects/${name}/spans?limit=1000`,
    );
    return data;
  }

  /** Resolves with the number of spans of a project when it is at least `count`; rejects when that takes longer than `limitMs`. */
  async stored(project: string, count: number, limitMs = 50_000): Promise<number> {
    const until = performance.now() + limitMs;
    for (;;) {
      const recordCount = (await this.projects()).get(project) ?? 0;
      if (recordCount >= count) return recordCount;
      if (performance.now() > until)
        throw new Error(`Phoenix has ${String(recordCount)} of ${String(count)} spans`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Number of spans by project. */
  async projects(): Promise<ReadonlyMap<string, number>> {
    const query = "{ projects(first: 1000) { edges { node { name recordCount } } } }";
    const answer = await this.#fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    // The form that the query asks for.
    const { data } = (await answer.json()) as {
      data: { projects: { edges: { node: { name: string; recordCount: number } }[] } };
    };
    return new Map(data.projects.edges.map(({ node }) => [node.name, node.recordCount]));
  }

  /** Ids of the sessions of a project, as soon as there is one: Phoenix stores them after the spans. */
  async sessions(project: string, limitMs = 50_000): Promise<readonly string[]> {
    const until = performance.now() + limitMs;
    for (;;) {
      const { data } = await this.#get<{ data: { session_id: string }[] }>(
        `/v1/projects/${encodeURIComponent(project)}/sessions`,
      );
      if (data.length > 0 || performance.now() > until)
        return data.map((session) => session.session_id);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #get<T>(path: string): Promise<T> {
    // The caller knows Phoenix's answer to its path.
    return (await (await this.#fetch(path)).json()) as T;
  }

  async #fetch(path: string, about: RequestInit = {}): Promise<Response> {
    const { url, apiKey } = this.#place;
    const headers = new Headers(about.headers);
    if (apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
    const answer = await fetch(url + path, { ...about, headers });
    if (!answer.ok) throw new Error(`Phoenix: ${path}: ${String(answer.status)}`);
    return answer;
  }
}
