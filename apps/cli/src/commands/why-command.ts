import type { CopyInfo, KeyExplanation, KillReport } from "@cogniverse/core";
import { EXIT, ExitError } from "../exit-code.ts";
import { writeJson } from "../output.ts";
import { scopeText } from "../scope-text.ts";
import { tenantOf, withCache, type Session, type TenantOptions } from "../session.ts";

/** `why KEY`: for every tier what became of its copy, and by which record; exit code 1 where no tier would serve it. */
export async function whyCommand(
  session: Session,
  key: string,
  options: TenantOptions,
): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const explained = await withCache(session, options, (cache) =>
    cache.explain(key, tenant, { signal }),
  );
  if (options.json === true) writeJson(output, explained);
  else output.write(describe(explained));
  if (explained.copies.every(({ state }) => state !== "valid"))
    throw new ExitError(EXIT.notThere, `No tier would serve ${key}`);
}

function describe({ copies, records, isCurrent }: KeyExplanation): string {
  const tiers = copies.map((copy) => `${copy.tier.padEnd(10)} ${fateOf(copy)}\n`);
  return `${tiers.join("")}${recordsText(records, isCurrent)}`;
}

function recordsText(records: readonly KillReport[], isCurrent: boolean): string {
  if (records.length === 0)
    return isCurrent
      ? "no record in the log speaks of this key\n"
      : "the log cannot be read; whether a record speaks of this key is not known\n";
  const older = records.map((record) => `  ${recordText(record)}\n`);
  const more = isCurrent
    ? ""
    : "the log cannot be read; whether it has later records is not known\n";
  return `records that kill every older copy, latest first:\n${older.join("")}${more}`;
}

function fateOf(info: CopyInfo): string {
  const { copy } = info;
  const made =
    copy === undefined ? "" : `, made ${instant(copy.createdAt)} at position ${copy.position}`;
  if (info.state === "valid") return `live${made}`;
  if (info.killedBy !== undefined) return `dead${made}\n  killed by ${recordText(info.killedBy)}`;
  if (info.why === "invalidated") return `dead${made}\n  its log was replaced by another`;
  return `${info.why}${made}`;
}

function recordText({ position, mode, scope, source, at, node, reason, fill }: KillReport): string {
  const parts = [
    `record ${position} on ${scopeText(scope)} (${mode})`,
    ...(source === undefined ? [] : [`as derived from ${scopeText(source)}`]),
    ...(at === undefined ? [] : [`on ${instant(at)}`]),
    ...(node === undefined ? [] : [`from node ${node}`]),
    ...(fill === undefined ? [] : ["because a compute came with other content"]),
    ...(reason === undefined ? [] : [`because: ${reason}`]),
  ];
  return parts.join(", ");
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
