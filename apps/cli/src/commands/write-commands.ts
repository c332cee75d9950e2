import { readFile } from "node:fs/promises";
import type { InvalidateOptions, Invalidation, Scope } from "@cogniverse/sdk";
import { videoTag } from "@cogniverse/core";
import type { ConfiguredCache } from "@cogniverse/runtime";
import { EXIT, ExitError } from "../exit-code.ts";
import { codeOf } from "../error-code.ts";
import { leftOut, refuseLeftOut, unknownTenant } from "../left-out.ts";
import { duration, size, writeJson, writeTable } from "../output.ts";
import { changeCache, tenantOf, withCache, type Session, type TenantOptions } from "../session.ts";
import { typedKey } from "../typed-key.ts";
import { parseValue, typeOfKey, type ValueType } from "../value-form.ts";

/** Options of `put`. */
export interface PutCommandOptions extends TenantOptions {
  readonly ttl?: number;
  readonly neverExpires?: boolean;
  readonly tag?: readonly string[];
  readonly type?: ValueType;
}

/** `put KEY [FILE]`: stores a file, or standard input; older copies die everywhere. */
export async function putCommand(
  session: Session,
  key: string,
  file: string | undefined,
  options: PutCommandOptions,
): Promise<void> {
  const tenant = tenantOf(session, options);
  const bytes = await bytesFrom(session, file);
  const type = options.type ?? typeOfKey(key);
  const value = await parseValue(bytes, type);
  const ttl = options.neverExpires === true ? null : options.ttl;
  const how = { ttl, tags: options.tag, signal: session.signal };
  const typed = typedKey(key, type);
  const result = await changeCache(session, options, { command: "put", tenant }, (cache) =>
    typeof typed === "string"
      ? cache.put(typed, value, tenant, how)
      : cache.put(typed, value, tenant, how),
  );
  if (result.superseded)
    throw new ExitError(EXIT.notThere, `${key} was invalidated meanwhile; nothing was stored`);
  tell(session, options, result, `stored ${key}`);
}

async function bytesFrom(session: Session, file: string | undefined): Promise<Uint8Array> {
  if (file === undefined || file === "-") return session.readInput();
  try {
    return new Uint8Array(await readFile(file, { signal: session.signal }));
  } catch (error) {
    session.signal.throwIfAborted();
    const code = codeOf(error);
    const text = code === "ENOENT" ? "no such file" : `cannot be read (${code ?? String(error)})`;
    throw new ExitError(EXIT.wrongUse, `${file}: ${text}`);
  }
}

/** Options of `invalidate`: exactly one of the first six. */
export interface InvalidateCommandOptions extends TenantOptions {
  readonly key?: string;
  readonly prefix?: string;
  readonly pattern?: string;
  readonly video?: string;
  readonly tag?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  /** False: do not count what dies, which reads all metadata of the tenant. */
  readonly count?: boolean;
  readonly soft?: boolean;
  readonly wait?: "everywhere" | "durable";
  readonly reason?: string;
}

/** `invalidate`: one record, acknowledged when no node can serve from before it; with `--dry-run` only counts. */
export async function invalidateCommand(
  session: Session,
  options: InvalidateCommandOptions,
): Promise<void> {
  const tenant = tenantOf(session, options);
  const scope = scopeOf(options);
  if (options.dryRun === true) return previewCommand(session, tenant, scope, options);
  await changeCache(session, options, { command: "invalidate", tenant }, async (cache) => {
    const { reason, wait } = options;
    const how: InvalidateOptions = {
      reason,
      wait,
      mode: options.soft === true ? "soft" : "hard",
      signal: session.signal,
    };
    // Counted before: afterwards they are dead.
    const found =
      options.count === false
        ? undefined
        : await cache.preview(scope, tenant, { signal: session.signal });
    const result = await cache.invalidate(scope, tenant, how);
    if (options.json === true) return writeJson(session.output, { ...result, killed: found });
    const killed = found === undefined ? "" : `, ${keysOf(found.keys)} killed`;
    const since = wait === "durable" ? await durableText(cache, tenant) : undefined;
    tell(session, options, result, `invalidated ${textOf(scope)}${killed}`, since);
    if (found?.keys === 0) session.output.note(nothingFound(scope));
    if (found?.isKnown === false) session.output.note(unknownTenant(tenant));
  });
}

async function previewCommand(
  session: Session,
  tenant: string,
  scope: Scope,
  options: InvalidateCommandOptions,
): Promise<void> {
  const { output, signal } = session;
  const { found, lacks } = await withCache(session, options, async (cache, failures) => {
    const preview = await cache.preview(scope, tenant, { signal });
    const isEmpty = preview.keys === 0;
    return { found: preview, lacks: await leftOut(cache, failures, { tenant, isEmpty }) };
  });
  const { keys, derived, byTier } = found;
  if (options.json === true) writeJson(output, { dryRun: true, ...found });
  else {
    const only = derived === 0 ? "" : `, ${derived} of them for what they were derived from`;
    output.write(`would kill ${keysOf(keys)}${only} (${textOf(scope)}); nothing was changed\n`);
    const rows = Object.entries(byTier).map(([tier, t]) => [
      tier,
      t.entries,
      t.derived,
      size(t.bytes),
    ]);
    writeTable(output, ["tier", "copies", "derived", "size"], rows);
  }
  refuseLeftOut("the count", lacks);
  if (!found.isKnown) output.note(unknownTenant(tenant));
}

function scopeOf(options: InvalidateCommandOptions): Scope {
  const { key, prefix, pattern, video, tag, all } = options;
  const named: (Scope | undefined)[] = [
    key === undefined ? undefined : { kind: "key", value: key },
    prefix === undefined ? undefined : { kind: "prefix", value: prefix },
    pattern === undefined ? undefined : { kind: "glob", value: pattern },
    video === undefined ? undefined : { kind: "tag", value: videoTag(video) },
    tag === undefined ? undefined : { kind: "tag", value: tag },
    all === true ? { kind: "tenant" } : undefined,
  ];
  const [scope, ...more] = named.filter((s) => s !== undefined);
  if (scope !== undefined && more.length === 0) return scope;
  throw new ExitError(
    EXIT.wrongUse,
    "Say what to invalidate by exactly one of --key --prefix --pattern --video --tag --all",
  );
}

function textOf(scope: Scope): string {
  return scope.kind === "tenant" ? "the whole tenant" : `${scope.kind} ${scope.value}`;
}

function keysOf(count: number): string {
  return count === 1 ? "1 key" : `${count} keys`;
}

/** A record that covers nothing is no mistake to the cache, but it often is one of the operator's. */
function nothingFound(scope: Scope): string {
  const hint =
    scope.kind === "tag" && scope.value.startsWith("video:")
      ? "; a video is named by its whole id"
      : "";
  return `nothing that lives now was covered by ${textOf(scope)}${hint}`;
}

/** Nobody waited for other nodes where only durability was asked for: each serves what it knew until it has read the log again, at the latest D later. */
async function durableText(cache: ConfiguredCache, tenant: string): Promise<string> {
  const { leaseMs } = (await cache.stats(tenant)).log;
  if (leaseMs === 0) return "durable; took";
  return `durable; others may serve it for up to ${duration(leaseMs)}; took`;
}

function tell(
  session: Session,
  options: TenantOptions,
  result: Invalidation,
  what: string,
  since = "acknowledged in",
): void {
  if (options.json === true) return writeJson(session.output, result);
  session.output.write(
    `${what}: position ${result.position}, ${since} ${duration(result.elapsedMs)}\n`,
  );
}
