import type { ModelProgram, ModelTier, ModelWorldPlan } from "@cogniverse/testkit";

/** A program that once failed, made smaller, and what was wrong then. */
export interface KeptProgram {
  readonly about: string;
  readonly program: ModelProgram;
}

/** The plainest world: memory alone over a log that knows its sessions, where news always arrive. */
const TWO_NODES: ModelWorldPlan = {
  nodes: 2,
  memoryEntries: 8,
  tiers: [],
  sessions: "log",
  news: "reliable",
  keptRecords: 0,
  clocks: "machine",
  ttlMs: 0,
};

const SHARED: ModelTier = { place: "shared", form: "entries" };

/** Programs that found something, under the very schedule that did. */
export const keptPrograms: readonly KeptProgram[] = [
  {
    about:
      "what was made of a part that holds something computed without a lease is stored without the scopes of that",
    program: {
      world: TWO_NODES,
      seed: 160,
      steps: [
        { do: "compute", tenant: "acme", key: "sums/all", node: 0, turns: 4 },
        { do: "cut", link: "log", node: 0, turns: 0 },
        { do: "pass", ms: 150, node: 0, turns: 2 },
        { do: "heal", link: "log", node: 0, turns: 0 },
        { do: "quiet", node: 0, turns: 0 },
        {
          do: "invalidate",
          tenant: "acme",
          scope: { kind: "key", value: "docs/x/1" },
          mode: "hard",
          wait: "everywhere",
          touches: false,
          node: 0,
          turns: 0,
        },
        { do: "quiet", node: 0, turns: 0 },
        { do: "get", tenant: "acme", key: "sums/all", node: 0, turns: 4 },
      ],
    },
  },
  {
    about: "who joins a flight gets what it made of a part that was computed without a lease",
    program: {
      world: { ...TWO_NODES, memoryEntries: 2 },
      seed: 1646,
      steps: [
        { do: "compute", tenant: "acme", key: "sums/x", node: 0, turns: 6 },
        { do: "cut", link: "log", node: 0, turns: 0 },
        { do: "pass", ms: 160, node: 0, turns: 0 },
        { do: "heal", link: "log", node: 0, turns: 4 },
        {
          do: "invalidate",
          tenant: "acme",
          scope: { kind: "key", value: "docs/x/1" },
          mode: "hard",
          wait: "everywhere",
          touches: false,
          node: 1,
          turns: 10,
        },
        { do: "compute", tenant: "acme", key: "sums/x", node: 0, turns: 4 },
      ],
    },
  },
  {
    about: "the same over three levels, with three shared tiers",
    program: {
      world: {
        ...TWO_NODES,
        nodes: 3,
        memoryEntries: 0,
        tiers: [SHARED, SHARED, SHARED],
        sessions: "none",
        news: "none",
        clocks: "sleeping",
      },
      seed: 3946,
      steps: [
        { key: "sums/x", tenant: "acme", do: "compute", node: 1, turns: 0 },
        { do: "quiet", node: 0, turns: 0 },
        { do: "pass", ms: 220, node: 0, turns: 8 },
        { key: "docs/x/1", tenant: "acme", do: "compute", node: 1, turns: 0 },
        { do: "pass", ms: 120, node: 0, turns: 8 },
        { key: "sums/all", tenant: "acme", do: "compute", node: 1, turns: 12 },
        {
          do: "invalidate",
          tenant: "acme",
          scope: { kind: "key", value: "sums/x" },
          mode: "hard",
          wait: "everywhere",
          touches: false,
          node: 1,
          turns: 0,
        },
        { do: "pass", ms: 120, node: 0, turns: 0 },
        { key: "sums/all", tenant: "acme", do: "refresh", node: 2, turns: 0 },
        { do: "heal", link: 2, node: 0, turns: 12 },
        { key: "sums/all", tenant: "acme", do: "compute", node: 1, turns: 0 },
      ],
    },
  },
  {
    about:
      "a snapshot that announcements overtook takes the mirror back behind what was told as applied",
    program: {
      world: { ...TWO_NODES, keptRecords: 1 },
      seed: 24110,
      steps: [
        { do: "compute", tenant: "acme", key: "docs/x/1", node: 0, turns: 0 },
        { do: "quiet", node: 0, turns: 0 },
        {
          do: "invalidate",
          tenant: "acme",
          scope: { kind: "key", value: "raw/1" },
          mode: "hard",
          wait: "durable",
          touches: true,
          node: 1,
          turns: 2,
        },
        {
          do: "invalidate",
          tenant: "acme",
          scope: { kind: "key", value: "raw/1" },
          mode: "hard",
          wait: "durable",
          touches: true,
          node: 1,
          turns: 2,
        },
        { do: "pass", ms: 50, node: 0, turns: 0 },
        {
          do: "invalidate",
          tenant: "acme",
          scope: { kind: "key", value: "docs/x/1" },
          mode: "hard",
          wait: "everywhere",
          touches: false,
          node: 1,
          turns: 8,
        },
        { do: "get", tenant: "acme", key: "docs/x/1", node: 0, turns: 3 },
        { do: "get", tenant: "acme", key: "docs/x/1", node: 0, turns: 3 },
        { do: "get", tenant: "acme", key: "docs/x/1", node: 0, turns: 3 },
        { do: "get", tenant: "acme", key: "docs/x/1", node: 0, turns: 3 },
        { do: "pass", ms: 30, node: 0, turns: 0 },
        { do: "get", tenant: "acme", key: "docs/x/1", node: 0, turns: 3 },
      ],
    },
  },
  {
    about: "a position of a log that was lost passes for one of the log that came after it",
    program: {
      world: { ...TWO_NODES, news: "none" },
      seed: 512011,
      steps: [
        { do: "get", tenant: "acme", key: "sums/x", node: 0, turns: 0 },
        { do: "putSince", tenant: "acme", key: "docs/x/1", node: 0, turns: 7 },
        { do: "delete", tenant: "acme", key: "docs/x/1", node: 0, turns: 3 },
        { do: "lose", what: "log", node: 0, turns: 0 },
      ],
    },
  },
];
