import type { Attributes, Span, TelemetryPort } from "@cogniverse/sdk";
import type { Strategy } from "../agent/strategy.ts";
import type { SearchHit } from "../search/search-query.ts";

const KIND = "openinference.span.kind";

/** Documents and texts that one span tells of at most: spans are read by people. */
const MAX_LISTED = 20;

/** What is asked, as far as a span tells it. */
export type AskedQuestion = Readonly<{ query: string; strategy: Strategy; topK: number }>;

type Answered = Readonly<{ hits: readonly SearchHit[]; from: string }>;
type Ingested = Readonly<{ frames: number; computed: number }>;

/** What is embedded: texts, or so many pictures. `model`: its name. */
export type Embedding = Readonly<{ model: string; texts?: readonly string[]; pictures?: number }>;

/**
 * Spans of one tenant by the conventions of OpenInference: the app's own steps around those of the cache. Whether queries, snippets and
 * other content leave the process is the port's business.
 */
export class AppSpans {
  readonly #port: TelemetryPort;
  readonly #tenantId: string;

  constructor(port: TelemetryPort, tenantId: string) {
    this.#port = port;
    this.#tenantId = tenantId;
  }

  /** A question from its arrival to its answer. The outcome stands on this root too: Phoenix' table of traces knows no other span. */
  search<A extends Answered>(
    { query, strategy, topK }: AskedQuestion,
    run: () => Promise<A>,
  ): Promise<A> {
    const start = { "input.value": query, "search.strategy": strategy, "search.top_k": topK };
    return this.#in("search", "AGENT", start, run, ({ hits, from }) => ({
      "cache.hit": from === "computed" ? "miss" : from,
      "search.hits": hits.length,
      "output.value": `${from === "computed" ? "miss" : `hit from ${from}`}: ${counted(hits.length, "moment")}`,
    }));
  }

  /** Everything between a question and its ranked moments. */
  retrieve(query: string, run: () => Promise<readonly SearchHit[]>): Promise<readonly SearchHit[]> {
    return this.#in("retrieve", "RETRIEVER", { "input.value": query }, run, (hits) => ({
      ...documents(hits),
      "output.value": counted(hits.length, "moment"),
    }));
  }

  /** A film on its way into the library. */
  ingest<I extends Ingested>(title: string, run: () => Promise<I>): Promise<I> {
    return this.#in("ingest", "AGENT", { "input.value": title }, run, (video) => ({
      "ingest.frames": video.frames,
      "ingest.computed": video.computed,
      "output.value": `${counted(video.frames, "key frame")}, ${video.computed} artefacts computed`,
    }));
  }

  /** A call of an embedding model. */
  embed(
    { model, texts, pictures = 0 }: Embedding,
    run: () => Promise<readonly Float32Array[]>,
  ): Promise<readonly Float32Array[]> {
    const start = {
      "embedding.model_name": model,
      ...embeddedTexts(texts ?? []),
      "input.value": texts === undefined ? counted(pictures, "picture") : texts.join("\n"),
    };
    return this.#in("embed", "EMBEDDING", start, run, (vectors) => ({
      "output.value": `${counted(vectors.length, "vector")} of ${vectors[0]?.length ?? 0} numbers`,
    }));
  }

  #in<R>(
    name: string,
    kind: string,
    start: Attributes,
    run: () => Promise<R>,
    told: (result: R) => Attributes,
  ): Promise<R> {
    const inside = async (span: Span): Promise<R> => {
      const result = await run();
      if (span.isRecording) span.setAttributes(told(result));
      return result;
    };
    return this.#port.span(name, this.#tenantId, inside, { [KIND]: kind, ...start });
  }
}

function documents(hits: readonly SearchHit[]): Attributes {
  const attributes: Record<string, string | number> = {};
  for (const [i, { video, timestampMs, score, snippet }] of hits.slice(0, MAX_LISTED).entries()) {
    const document = `retrieval.documents.${i}.document`;
    attributes[`${document}.id`] = `${video}@${timestampMs}`;
    attributes[`${document}.score`] = score;
    attributes[`${document}.content`] = snippet;
  }
  return attributes;
}

function embeddedTexts(texts: readonly string[]): Attributes {
  return Object.fromEntries(
    texts.slice(0, MAX_LISTED).map((text, i) => [`embedding.embeddings.${i}.embedding.text`, text]),
  );
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
