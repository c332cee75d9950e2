/** What a searcher is told to do while it searches. */
export type Order = Readonly<{ kind: "ingest"; tenant: string } | { kind: "stop" }>;

/** How an ingestion ended. `writes`: how many copies of the tenant each tier took. */
export type Ingested = Readonly<{
  kind: "ingested";
  tenant: string;
  frames: number;
  writes: Readonly<Record<string, number>>;
  error?: string;
}>;

/** What a searcher tells. `repeated`: the same question as in every round. `wrong`: the answer that is not right, or the failure. */
export type News = Readonly<
  | { kind: "ready" }
  | { kind: "searched"; repeated: boolean; from: string; wrong?: string }
  | { kind: "ingesting"; tenant: string }
  | Ingested
>;
