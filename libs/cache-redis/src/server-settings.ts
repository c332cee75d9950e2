import { CacheError, type BackendContext, type Call } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { asList } from "./entries.ts";
import { infoText } from "./info.ts";
import type { ResolvedOptions } from "./options.ts";

/** The oldest server that has what is used: `ZRANDMEMBER` and `SET` as they are since 6.2. */
const OLDEST: readonly [number, number] = [6, 2];

/** A setting of the server that is not as configured. */
export type Difference = Readonly<{ setting: string; is: string; wanted: string }>;

/** What a server says of itself. `undefined` settings: this user may not read them. */
export type ServerFacts = Readonly<{
  name: string;
  infos: readonly string[];
  settings: readonly ReadonlyMap<string, string>[] | undefined;
}>;

/** Asks every master. Throws `invalid_config` for a server that is too old. */
export async function factsOf(
  connection: Connection,
  { tier }: Pick<BackendContext, "tier">,
  call?: Call,
): Promise<ServerFacts> {
  const doing = { doing: "ask the server about itself", signal: call?.signal };
  const infos = (await connection.everywhere("info", [], doing)).map(String);
  for (const info of infos) {
    const [major = 0, minor = 0] = (infoText(info, "redis_version") ?? "").split(".").map(Number);
    if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
      throw new CacheError(
        "invalid_config",
        `Redis tier "${tier}" needs Redis ${OLDEST.join(".")} or newer, or Valkey; the server is ${nameIn(info)}`,
      );
  }
  return { name: nameIn(infos[0] ?? ""), infos, settings: await settingsOf(connection, call) };
}

/** What is not as configured; nothing where it cannot be known. */
export function differences(facts: ServerFacts, options: ResolvedOptions): readonly Difference[] {
  const wanted: readonly (readonly [string, string | undefined])[] = [
    ["maxmemory", options.maxMemoryBytes?.toString()],
    ["maxmemory-policy", options.evictionPolicy],
  ];
  return wanted.flatMap(([setting, value]) => {
    const other = facts.settings?.map((one) => one.get(setting)).find((is) => is !== value);
    return value === undefined || other === undefined
      ? []
      : [{ setting, is: other, wanted: value }];
  });
}

/** Whether the log survives a crash of the server whole, which only an append-only file that is synced with each write promises. */
export function losesNothing({ settings = [] }: ServerFacts): boolean {
  return (
    settings.length > 0 &&
    settings.every((one) => one.get("appendonly") === "yes" && one.get("appendfsync") === "always")
  );
}

/** Compares the server's settings with the configured ones, and sets them where this cache owns the server. One line each where they differ. */
export async function settle(
  connection: Connection,
  options: ResolvedOptions,
  context: BackendContext,
): Promise<ServerFacts> {
  const facts = await factsOf(connection, context);
  const { tier, logger } = context;
  const asks = options.maxMemoryBytes !== undefined || options.evictionPolicy !== undefined;
  if (asks && facts.settings === undefined)
    logger.warn(
      `Redis tier "${tier}" may not run "config|get", so max_memory and eviction_policy are not compared with the server's`,
    );
  for (const { setting, is, wanted } of differences(facts, options)) {
    if (options.manageServer && context.leaveServer !== true)
      await set(connection, setting, wanted, context);
    else
      logger.warn(
        `Redis tier "${tier}": ${setting} of the server is ${is}, configured is ${wanted}; change the server or set manage_server: true`,
      );
  }
  return facts;
}

async function set(
  connection: Connection,
  setting: string,
  wanted: string,
  { tier, logger }: BackendContext,
): Promise<void> {
  const doing = { doing: `set ${setting}` };
  try {
    await connection.everywhere("config", ["set", setting, wanted], doing);
    logger.info(`Redis tier "${tier}": set ${setting} of the server to ${wanted}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    logger.warn(`Redis tier "${tier}": manage_server is on, but ${setting} was not set`, { why });
  }
}

async function settingsOf(
  connection: Connection,
  call: Call | undefined,
): Promise<ServerFacts["settings"]> {
  const doing = { doing: "read the server's settings", signal: call?.signal };
  const read = async (pattern: string): Promise<readonly (readonly unknown[])[]> =>
    (await connection.everywhere("config", ["get", pattern], doing)).map(asList);
  try {
    const [memory, append] = await Promise.all([read("maxmemory*"), read("append*")]);
    return memory.map((one, node) => pairs([...one, ...(append[node] ?? [])]));
  } catch (error) {
    // Managed servers rename or forbid CONFIG; anything else shows with the next command.
    if (CacheError.isInstance(error) && ["auth", "tier_unavailable"].includes(error.code))
      return undefined;
    throw error;
  }
}

function pairs(flat: readonly unknown[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) found.set(String(flat[at]), String(flat[at + 1]));
  return found;
}

function nameIn(info: string): string {
  const valkey = infoText(info, "valkey_version");
  return valkey === undefined
    ? `Redis ${infoText(info, "redis_version") ?? "?"}`
    : `Valkey ${valkey}`;
}
