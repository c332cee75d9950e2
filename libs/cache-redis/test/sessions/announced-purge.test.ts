import { describe, expect, test } from "@jest/globals";
import { toPosition, type LogNews, type NewRecord } from "@cogniverse/sdk";
import { serverSuite, sharedRedis } from "@cogniverse/test-servers";
import { Names } from "../../src/names.ts";
import { recordOf } from "../support/log-reader.ts";
import { bareClient, Tiers } from "../support/tiers.ts";

const LEASE_MS = 5000;

function news(position: number, record: NewRecord): LogNews {
  const head = { logId: "log", position: toPosition(position) };
  return { head, records: [{ ...record, position: head.position }] };
}

serverSuite(["redis"], describe)("announcements beside a log that stands elsewhere", () => {
  test("of a tenant are gone with the announcement that all of it died, and all are after D without another", async () => {
    const { url } = await sharedRedis();
    await using client = bareClient(url);
    await using tiers = new Tiers({ url }, { networkLeaseMs: LEASE_MS });
    const { sessions } = await tiers.open();
    const seat = tiers.with(sessions.seat("one", () => LEASE_MS));
    const names = new Names(tiers.prefix).sessions;
    const announced = async (told: LogNews): Promise<string> => {
      seat.announce(told);
      // Answered after the announcement on the same connection.
      await seat.report(told.head);
      return JSON.stringify(await client.xrange(names.news, "-", "+"));
    };
    await announced(news(1, recordOf("own-1")));
    expect(await announced(news(2, recordOf("own-2")))).toContain("own-1");
    const left = await announced(news(3, { ...recordOf(""), scope: { kind: "tenant" } }));
    expect(left).not.toContain("own");
    expect(left).toContain("tenant");
    const ttl = await client.pttl(names.news);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(LEASE_MS);
  });
});
