import type { BackendContext, Call, Examination, ExaminationFinding } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { asList } from "./entries.ts";
import { infoNumber, infoText } from "./info.ts";
import { Names } from "./names.ts";
import { openOwn } from "./open.ts";
import { resolveOptions, type RedisOptions, type ResolvedOptions } from "./options.ts";
import { missingPermissions } from "./permissions.ts";
import { differences, factsOf, losesNothing, type ServerFacts } from "./server-settings.ts";

/** Looks at the server with a connection of its own. Nothing is stored. */
export async function examineRedis(
  options: RedisOptions,
  context: BackendContext,
  call?: Call,
): Promise<Examination> {
  const resolved = resolveOptions(options);
  await using opened = await openOwn(resolved, context, call);
  const { connection } = opened;
  const facts = await factsOf(connection, context, call);
  const missing = await missingPermissions(connection, new Names(resolved.keyPrefix), call);
  const clockOffsetMs = await clockOffset(connection, context, call);
  const changes = resolved.manageServer ? differences(facts, resolved) : [];
  return {
    server: facts.name,
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    findings: [
      ...missing,
      ...settingFindings(facts, resolved),
      persistence(facts),
      ...roles(facts),
      ...(await clusterState(connection, resolved, call)),
    ],
    changes: changes.map(({ setting, is, wanted }) => ({
      what: setting,
      action: "change",
      before: is,
      after: wanted,
    })),
  };
}

/** `undefined` where the user may not ask. */
async function clockOffset(
  connection: Connection,
  { clock }: BackendContext,
  call: Call | undefined,
): Promise<number | undefined> {
  const start = clock.monotonic();
  try {
    const doing = { doing: "read the server's clock", signal: call?.signal, text: true };
    const [seconds, micros] = asList(await connection.send("time", [], doing)).map(Number);
    const halfMs = (clock.monotonic() - start) / 2;
    return Math.round(Number(seconds) * 1000 + Number(micros) / 1000 + halfMs - clock.now());
  } catch {
    call?.signal?.throwIfAborted();
    return undefined;
  }
}

function settingFindings(
  facts: ServerFacts,
  options: ResolvedOptions,
): readonly ExaminationFinding[] {
  if (facts.settings === undefined) {
    const message = "this user may not run config|get, so the server's settings are not known";
    const remedy = "grant +config|get, or compare max_memory and eviction_policy yourself";
    return [{ check: "settings", level: "warning", message, remedy }];
  }
  const wrong = differences(facts, options);
  const [settings] = facts.settings;
  const checks = [
    ["max-memory", "maxmemory"],
    ["eviction-policy", "maxmemory-policy"],
  ] as const;
  return checks.map(([check, setting]) => {
    const one = wrong.find((difference) => difference.setting === setting);
    if (one === undefined)
      return {
        check,
        level: "ok",
        message: `${setting} is ${settings?.get(setting) ?? "unknown"}`,
      };
    const message = `${setting} of the server is ${one.is}, configured is ${one.wanted}`;
    const remedy = `CONFIG SET ${setting} ${one.wanted} (and in redis.conf), or manage_server: true`;
    return { check, level: "warning", message, remedy };
  });
}

function persistence(facts: ServerFacts): ExaminationFinding {
  const check = "persistence";
  if (facts.settings !== undefined && losesNothing(facts))
    return { check, level: "ok", message: "every write is synced to an append-only file" };
  const appends = facts.infos.every((info) => infoText(info, "aof_enabled") === "1");
  const what = appends
    ? "an append-only file that is not synced with each write"
    : "no append-only file";
  return {
    check,
    level: "warning",
    concerns: "log",
    message: `the server has ${what}: if its log is the only one, a restart makes every copy dead`,
    remedy: "appendonly yes with appendfsync always, or an S3 or GCS tier, whose log is then used",
  };
}

function roles({ infos }: ServerFacts): readonly ExaminationFinding[] {
  return infos.map((info): ExaminationFinding => {
    const check = "role";
    if (infoText(info, "role") === "slave")
      return {
        check,
        level: "problem",
        message: "the server is a replica and takes no writes",
        remedy: "name its master in url, or use sentinel or cluster",
      };
    const replicas = infoNumber(info, "connected_slaves");
    return { check, level: "ok", message: `master with ${replicas} replicas` };
  });
}

async function clusterState(
  connection: Connection,
  { target }: ResolvedOptions,
  call: Call | undefined,
): Promise<readonly ExaminationFinding[]> {
  if (target.kind !== "cluster") return [];
  const check = "cluster";
  const doing = { doing: "ask for the state of the cluster", signal: call?.signal };
  const infos = (await connection.everywhere("cluster", ["info"], doing)).map(String);
  const bad = infos.filter((info) => infoText(info, "cluster_state") !== "ok").length;
  const slots = infoNumber(infos[0] ?? "", "cluster_slots_assigned");
  if (bad === 0 && slots === 16_384)
    return [{ check, level: "ok", message: `${infos.length} masters serve all slots` }];
  const message = `${bad} of ${infos.length} masters call the cluster failed; ${slots} of 16384 slots are assigned`;
  return [{ check, level: "problem", message, remedy: "redis-cli --cluster check, then fix" }];
}
