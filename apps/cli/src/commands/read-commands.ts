import { writeFile } from "node:fs/promises";
import { EXIT, ExitError } from "../exit-code.ts";
import { size, writeJson, writeTable } from "../output.ts";
import { tenantOf, withCache, type Session, type TenantOptions } from "../session.ts";
import { jsonOf, renderValue } from "../value-form.ts";

/** `get KEY`: the value to standard output, or to a file; exit code 1 for a miss, with the reason of each tier. */
export async function getCommand(
  session: Session,
  key: string,
  options: TenantOptions & { readonly output?: string },
): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const info = await withCache(session, options, (cache) =>
    cache.getWithInfo(key, tenant, { signal }),
  );
  if (!info.hit) {
    if (options.json === true) writeJson(output, info);
    const causes = Object.entries(info.causes).map(([tier, cause]) => `${tier}: ${cause}`);
    throw new ExitError(
      EXIT.notThere,
      `${key} is not in the cache (${causes.join(", ") || "no tier"})`,
    );
  }
  const { bytes, text } = await renderValue(info.value);
  if (options.output !== undefined) {
    await writeFile(options.output, bytes);
    output.note(`${size(bytes.byteLength)} from ${info.tier} to ${options.output}`);
  } else if (options.json === true) writeJson(output, { ...info, value: jsonOf(info.value) });
  else output.write(output.isTerminal ? text : bytes);
}

/** `ls [PREFIX]`: the keys that a get would find. */
export async function listCommand(
  session: Session,
  prefix: string | undefined,
  options: TenantOptions,
): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const keys = await withCache(session, options, (cache) =>
    cache.listKeys(prefix ?? "", tenant, { signal }),
  );
  if (options.json === true) writeJson(output, keys);
  else output.write(keys.map((key) => `${key}\n`).join(""));
}

/** `stats`: what this tenant's tiers hold and what the log costs. Counters of reads belong to a running process and start at 0 here. */
export async function statsCommand(session: Session, options: TenantOptions): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const stats = await withCache(session, options, (cache) => cache.stats(tenant, { signal }));
  if (options.json === true) return writeJson(output, stats);
  const rows = stats.tiers.map((t) => [
    t.tier,
    t.state,
    t.entries,
    size(t.bytes),
    t.exact ? "exact" : "estimate",
    t.errors,
  ]);
  writeTable(output, ["tier", "state", "entries", "size", "figures", "errors"], rows);
  const { log } = stats;
  const lease = log.leaseMs === 0 ? "no other process" : `lease ${log.leaseMs} ms`;
  output.write(
    `log ${log.logId.slice(0, 8)}: position ${log.position}, ${log.scopes} scopes (${log.globs} globs), ` +
      `${size(log.mirrorBytes)} in memory, ${log.bytesPerScope} B a scope, ${lease}\n`,
  );
}
