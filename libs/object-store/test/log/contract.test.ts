import { CacheError } from "@cogniverse/sdk";
import { describeLog } from "@cogniverse/testkit/jest";
import { ObjectLayout, ObjectLog, type TailLimits } from "../../src/index.ts";
import { MemoryClient } from "../memory-bucket.ts";
import { hurryingContext } from "../surroundings.ts";

const layout = new ObjectLayout("a/b");

function fixture(limits?: TailLimits) {
  const client = new MemoryClient();
  const context = hurryingContext();
  const open = ({ leaseMs = 5000 } = {}) =>
    new ObjectLog(
      new MemoryClient(client.bucket),
      layout,
      { ...context, networkLeaseMs: leaseMs },
      { limits },
    );
  const log = new ObjectLog(client, layout, context, { limits });
  return {
    log,
    close: () => log.close(),
    reopen: async () => open(),
    another: async (options?: { leaseMs?: number }) => open(options),
    forget: async () => client.bucket.objects.clear(),
    loseAnswer: () => {
      client.around = ({ op }, send) => {
        if (op !== "write") return send();
        client.around = (_request, next) => next();
        send();
        throw new CacheError("timeout", "The answer did not come in time", { retryable: true });
      };
    },
  };
}

const claims = {
  hooks: ["close", "reopen", "another", "forget", "loseAnswer"],
  configurableLease: true,
} as const;

describeLog("log in an object store", () => fixture(), claims);
