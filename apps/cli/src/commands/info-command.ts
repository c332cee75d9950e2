import type { CopyInfo } from "@cogniverse/core";
import type { Scope } from "@cogniverse/sdk";
import { EXIT, ExitError } from "../exit-code.ts";
import { duration, size, writeJson } from "../output.ts";
import { tenantOf, withCache, type Session, type TenantOptions } from "../session.ts";

/** Options of `info`. */
export interface InfoCommandOptions extends TenantOptions {
  readonly sources?: boolean;
}

/** `info KEY`: every tier's copy; exit code 1 where no tier would serve it. */
export async function infoCommand(
  session: Session,
  key: string,
  options: InfoCommandOptions,
): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const copies = await withCache(session, options, (cache) =>
    cache.inspect(key, tenant, { signal }),
  );
  if (options.json === true) writeJson(output, copies);
  else output.write(copies.map((copy) => describeCopy(copy, options.sources === true)).join(""));
  if (copies.every(({ state }) => state !== "valid"))
    throw new ExitError(EXIT.notThere, `No tier would serve ${key}`);
}

/** A tier's name with the verdict, and below it what is known of its copy: keys and tags are too long for columns. */
function describeCopy(info: CopyInfo, allSources: boolean): string {
  const head = `${info.tier.padEnd(10)} ${stateOf(info)}\n`;
  const { copy } = info;
  if (copy === undefined) return head;
  const facts = [
    ["age", duration(copy.ageMs)],
    ["remaining", remainingOf(copy.remainingMs)],
    ["size", `${size(copy.bytes)}, ${[copy.contentType, ...copy.encodings].join(", ")}`],
    ["computed in", copy.computeMs === 0 ? "put, not computed" : duration(copy.computeMs)],
    ["position", `${copy.position} of log ${copy.logId.slice(0, 8) || "none"}`],
    ...copy.tags.map((tag) => ["tag", tag]),
    ...Object.entries(copy.user).map(([name, value]) => [name, value]),
    ...sourcesOf(copy.sources, allSources),
  ];
  return `${head}${facts.map(([name = "", value = ""]) => `  ${name.padEnd(11)} ${value}\n`).join("")}`;
}

function stateOf(info: CopyInfo): string {
  if (info.state === "valid") return "valid";
  const { why, killedBy } = info;
  if (killedBy === undefined) return why;
  return `${why} by record ${killedBy.position} (${killedBy.mode})`;
}

function remainingOf(remainingMs: number | null): string {
  if (remainingMs === null) return "never expires";
  return remainingMs <= 0 ? `over for ${duration(-remainingMs)}` : duration(remainingMs);
}

function sourcesOf(sources: readonly Scope[], all: boolean): readonly (readonly string[])[] {
  if (sources.length === 0) return [];
  if (!all) return [["sources", `${sources.length} (--sources lists them)`]];
  return sources.map((scope) => [
    "source",
    scope.kind === "tenant" ? "the whole tenant" : `${scope.kind} ${scope.value}`,
  ]);
}
