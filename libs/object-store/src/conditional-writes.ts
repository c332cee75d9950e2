import type { Call, ExaminationFinding, Random } from "@cogniverse/sdk";
import type { ObjectLayout } from "./layout.ts";
import type { ObjectClient, ObjectCondition } from "./object-client.ts";

const ROUNDS = 3;
const RACERS = 8;
const CHECK = "conditional-writes";

/**
 * Tries whether the store decides conditional writes in one step with the write, on an object below `doctor/` that it removes again: of writers who
 * race for an absent object, and for one etag, exactly one may win. On a store where two win, invalidations would be lost.
 */
export async function probeConditionalWrites(
  client: ObjectClient,
  layout: ObjectLayout,
  random: Random,
  call?: Call,
): Promise<readonly ExaminationFinding[]> {
  const name = layout.probe(`conditional-${random.id()}`);
  const race = async (condition: ObjectCondition): Promise<readonly string[]> => {
    const writes = Array.from({ length: RACERS }, () => {
      const data = new TextEncoder().encode(random.id());
      const headers = { contentType: "text/plain", metadata: {} };
      return client.write(name, data, { headers, condition }, call);
    });
    return (await Promise.all(writes)).filter((etag) => etag !== undefined);
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const created = await race({ if: "absent" });
      const [etag] = created;
      if (etag === undefined || created.length > 1)
        return [broken("If-None-Match", created.length)];
      const replaced = await race({ if: "match", etag });
      if (replaced.length !== 1) return [broken("If-Match", replaced.length)];
      if ((await race({ if: "match", etag })).length > 0) return [broken("If-Match", "a late one")];
      await client.delete(name, undefined, call);
    }
    return [
      { check: CHECK, level: "ok", message: "Of racing conditional writes exactly one wins" },
    ];
  } finally {
    await client.delete(name, undefined, call);
  }
}

function broken(condition: string, winners: number | string): ExaminationFinding {
  return {
    check: CHECK,
    level: "problem",
    message: `Of ${RACERS} racing writers with ${condition} ${winners} won instead of one: invalidations would be lost`,
    remedy:
      "Use a store whose conditional writes are atomic, or keep the log elsewhere: in S3 or GCS itself, or in Redis without this tier",
  };
}
