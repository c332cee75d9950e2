import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../bootstrap/failure.mjs";

const pollMs = 500;
const limitMs = 120_000;

const countQuery = `query ($id: ID!, $filter: String) {
  node(id: $id) { ... on Project { recordCount(filterCondition: $filter) } }
}`;

const traceQuery = `query ($id: ID!, $filter: String) {
  node(id: $id) {
    ... on Project { spans(first: 1, traceFilterCondition: $filter) { edges { node { id } } } }
  }
}`;

/**
 * @typedef {object} TracedSpan
 * @property {string} name
 * @property {string | null} parent_id
 * @property {{ trace_id: string, span_id: string }} context
 *
 * @typedef {object} GraphqlAnswer
 * @property {{ node: { recordCount: number, spans: { edges: unknown[] } } }} data
 * @property {{ message: string }[]} [errors]
 *
 * @typedef {object} PhoenixProject one project of a Phoenix, asked by REST and GraphQL
 * @property {() => Promise<string>} page
 * @property {(expression: string) => Promise<number>} count
 *   how many spans an expression of the Spans tab finds
 * @property {(expression: string) => Promise<boolean>} hasTrace
 *   whether an expression of the Traces tab finds one
 * @property {(query: string) => Promise<readonly TracedSpan[]>} spans
 *   1000 at most, by a query of REST such as `name=search`
 *
 * @param {{ url: string, name: string, apiKey?: string | undefined }} place
 * @returns {PhoenixProject}
 */
export function phoenixProject({ url, name, apiKey }) {
  const own = `/v1/projects/${encodeURIComponent(name)}`;

  /**
   * @param {string} path
   * @param {string} [body]
   * @returns {Promise<unknown>}
   */
  const json = async (path, body) => {
    const response = await fetch(`${url}${path}`, {
      headers: {
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { method: "POST", body }),
    });
    if (!response.ok) throw new Failure(`Phoenix: ${path} answers ${response.status}`);
    return response.json();
  };
  const id = async () => {
    const { data } = /** @type {{ data: { id: string } }} */ (await json(own));
    return data.id;
  };
  const ask = async (/** @type {string} */ query, /** @type {string} */ filter) => {
    const body = JSON.stringify({ query, variables: { id: await id(), filter } });
    const { data, errors } = /** @type {GraphqlAnswer} */ (await json("/graphql", body));
    if (errors) throw new Failure(`Phoenix: ${filter}: ${errors[0]?.message}`);
    return data.node;
  };
  let asked = 0;
  return {
    page: async () => `${url}/projects/${await id()}`,
    // One more space each time: Phoenix keeps a count by its text, and annotations that come later do not change it.
    count: async (expression) =>
      (await ask(countQuery, expression + " ".repeat(asked++))).recordCount,
    hasTrace: async (expression) => (await ask(traceQuery, expression)).spans.edges.length > 0,
    spans: async (query) => {
      const found = await json(`${own}/spans?limit=1000&${query}`);
      return /** @type {{ data: TracedSpan[] }} */ (found).data;
    },
  };
}

/**
 * Phoenix acknowledges spans before it has filed them.
 *
 * @param {string} what
 * @param {() => Promise<boolean>} isThere
 */
export async function until(what, isThere) {
  const limitAt = performance.now() + limitMs;
  while (!(await isThere())) {
    if (performance.now() > limitAt)
      throw new Failure(`Phoenix has no ${what} after ${limitMs / 1000} s.`);
    await delay(pollMs);
  }
}
