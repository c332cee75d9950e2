import type { Entry, WriteCondition } from "@cogniverse/sdk";
import { fine, problem, type Probe, type Verdict } from "./probe.ts";
import { probeBytes } from "./probe-bytes.ts";
import { PROBE_TENANT, type ProbeGround } from "./probe-ground.ts";

/** Two racers a round. A store that checks before it writes lets both win in most rounds. */
const ROUNDS = 8;
const UNSOUND =
  "do not use this store for a tier with an invalidation log: two nodes would both append at one position. Ask whether it has conditional writes (If-None-Match, If-Match) at all, and whether something between strips the headers";

/** `seed`: of the racers' bytes. An etag may be made from them, so no two writers of one key write the same. */
type Racing = Readonly<{ seed: number; kind: string; condition: WriteCondition }>;

/** Of two writers that find nothing, and of two that found the same version, one may win. */
const conditions: Probe = {
  check: "conditional write",
  applies: ({ backend }) => backend.entries !== undefined,
  async run(ground) {
    for (let round = 0; round < ROUNDS; round++) {
      const key = ground.key(`condition/${round}`);
      const first = await race(ground, key, {
        seed: 20,
        kind: "if absent",
        condition: { if: "absent" },
      });
      if (typeof first !== "string") return first;
      const condition = { if: "match", etag: first } as const;
      const second = await race(ground, key, { seed: 30, kind: "if unchanged", condition });
      if (typeof second !== "string") return second;
      const late = await put(ground, key, ground.entry(probeBytes(100, 1), "late"), condition);
      if (late !== undefined)
        return problem("a write for a version that is gone was taken", UNSOUND);
    }
    return fine(`${ROUNDS} rounds of two racers, absent and unchanged: one won each`);
  },
};

/** The winner's etag, or what is wrong with how the race went. */
async function race(
  ground: ProbeGround,
  key: string,
  { seed, kind, condition }: Racing,
): Promise<string | Verdict> {
  const racers = [seed, seed + 1].map((own) =>
    ground.entry(probeBytes(1000, own), `${kind} ${own}`),
  );
  const etags = await Promise.all(racers.map((entry) => put(ground, key, entry, condition)));
  const winners = etags.filter((etag) => etag !== undefined);
  const [won] = winners;
  if (winners.length > 1) return problem(`two writers won the same race (${kind})`, UNSOUND);
  if (won === undefined) return problem(`nobody won a race (${kind})`, UNSOUND);
  const copy = await ground.read(key);
  const winner = racers[etags.indexOf(won)]?.metadata.user["doctor"];
  if (copy?.etag !== won || copy.metadata.user["doctor"] !== winner)
    return problem(`what is stored after a race is not the winner's (${kind})`, UNSOUND);
  return won;
}

function put(
  ground: ProbeGround,
  key: string,
  entry: Entry,
  condition: WriteCondition,
): Promise<string | undefined> {
  return ground.call("A conditional write", (call) =>
    ground.entries.putEntry(key, entry, PROBE_TENANT, condition, call),
  );
}

export const CONDITION_PROBES: readonly Probe[] = [conditions];
