import { setTimeout as delay } from "node:timers/promises";
import type { PhoenixPlace } from "@cogniverse/test-servers";

const POLL_MS = 200;

/** A span as REST gives it. */
export type PhoenixSpan = Readonly<{
  name: string;
  span_kind: string;
  parent_id: string | null;
  context: Readonly<{ trace_id: string; span_id: string }>;
  attributes: Readonly<Record<string, unknown>>;
  events: readonly Readonly<{ name: string; attributes: Readonly<Record<string, unknown>> }>[];
}>;

type Project = Readonly<{
  recordCount: number;
  spans: Readonly<{ edges: readonly unknown[] }>;
  spanAnnotationSummary: Readonly<{
    meanScore: number;
    labelFractions: readonly Readonly<{ label: string; fraction: number }>[];
  }> | null;
}>;

/** One project of a real Phoenix. Waits last until the test's own limit. */
export class PhoenixProject {
  readonly name: string;
  readonly #place: PhoenixPlace;

  constructor(place: PhoenixPlace, name: string) {
    this.#place = place;
    this.name = name;
  }

  /** Waits until it has filed so many spans of the name, for it acknowledges them before. */
  async holds(count: number, name: string): Promise<void> {
    while ((await this.spans(`name=${name}`)).length < count) await delay(POLL_MS);
  }

  /** By a query of REST; none where there is no such project. */
  async spans(query = ""): Promise<readonly PhoenixSpan[]> {
    const path = `/v1/projects/${this.name}/spans?limit=1000&${query}`;
    const response = await fetch(`${this.#place.url}${path}`, { headers: this.#login() });
    if (response.status === 404) return [];
    // As /openapi.json has it.
    return ((await response.json()) as { readonly data: readonly PhoenixSpan[] }).data;
  }

  /** What an expression of the Spans tab finds, once it finds anything. Annotations change no count that Phoenix has answered before: it asks with one more space each time. */
  async finds(filter: string): Promise<number> {
    const fields = "recordCount(filterCondition: $text)";
    for (let text = filter; ; text += " ") {
      const { recordCount } = await this.#ask(fields, text);
      if (recordCount > 0) return recordCount;
      await delay(POLL_MS);
    }
  }

  /** What an expression of the Traces tab finds, 100 at most, once it finds anything. */
  async findsTraces(filter: string): Promise<number> {
    const fields = "spans(first: 100, traceFilterCondition: $text) { edges { node { id } } }";
    for (;;) {
      const { edges } = (await this.#ask(fields, filter)).spans;
      if (edges.length > 0) return edges.length;
      await delay(POLL_MS);
    }
  }

  /** What Phoenix charts of an annotation, once all these labels are there. They are filed after their spans, and what was charted before is not looked at again. */
  async annotated(
    name: string,
    labels: readonly string[],
  ): Promise<NonNullable<Project["spanAnnotationSummary"]>> {
    for (const label of labels) await this.finds(`annotations['${name}'].label == '${label}'`);
    const fields =
      "spanAnnotationSummary(annotationName: $text) { meanScore labelFractions { label fraction } }";
    for (;;) {
      const { spanAnnotationSummary } = await this.#ask(fields, name);
      if (spanAnnotationSummary !== null) return spanAnnotationSummary;
      await delay(POLL_MS);
    }
  }

  async #ask(fields: string, text: string): Promise<Project> {
    const query = `query ($id: ID!, $text: String!) { node(id: $id) { ... on Project { ${fields} } } }`;
    const own = await fetch(`${this.#place.url}/v1/projects/${this.name}`, {
      headers: this.#login(),
    });
    // As /openapi.json has it.
    const { data } = (await own.json()) as { readonly data: { readonly id: string } };
    const answer = await fetch(`${this.#place.url}/graphql`, {
      method: "POST",
      headers: { ...this.#login(), "content-type": "application/json" },
      body: JSON.stringify({ query, variables: { id: data.id, text } }),
    });
    // By the query above.
    const found = (await answer.json()) as {
      readonly data?: { readonly node: Project };
      readonly errors?: readonly unknown[];
    };
    if (found.data === undefined || found.errors !== undefined)
      throw new Error(`${text}: ${JSON.stringify(found.errors)}`);
    return found.data.node;
  }

  #login(): Record<string, string> {
    const { apiKey } = this.#place;
    return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  }
}
