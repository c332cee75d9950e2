import type { SweepProgress, SweepReport, TierSweep } from "@cogniverse/core";
import { refuseLeftOut } from "../left-out.ts";
import { writeJson, writeTable } from "../output.ts";
import { changeCache, tenantOf, type Session, type TenantOptions } from "../session.ts";

/** Options of `sweep`. `rate`: copies a second. */
export interface SweepCommandOptions extends TenantOptions {
  readonly rate?: number;
}

/** `sweep`: deletes copies that invalidations have killed, with progress for who watches; exit code 1 where a tier could not be looked at whole. */
export async function sweepCommand(session: Session, options: SweepCommandOptions): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const onProgress = (progress: SweepProgress): void => output.status?.(lineOf(progress));
  const { rate } = options;
  let report: SweepReport;
  try {
    report = await changeCache(session, options, { command: "sweep", tenant }, (cache) =>
      cache.sweep(tenant, { signal, onProgress, ...(rate === undefined ? {} : { rate }) }),
    );
  } finally {
    output.status?.("");
  }
  if (options.json === true) writeJson(output, report);
  else describe(session, report);
  const lacks = report.tiers.filter(({ state }) => state === "incomplete");
  refuseLeftOut(
    "the sweep",
    lacks.map(({ tier }) => `tier "${tier}" failed before all of it was looked at`),
  );
}

function lineOf({ tier, scanned, deleted, total, elsewhere, earlier = 0 }: SweepProgress): string {
  const who = elsewhere === true ? "another process sweeps it: " : "";
  const looked = earlier + scanned;
  const of = total === undefined ? "" : ` of about ${Math.max(total, looked)}`;
  return `${tier}: ${who}${looked}${of} copies looked at, ${deleted} deleted`;
}

function describe({ output }: Session, { tiers, scanned, deleted }: SweepReport): void {
  const rows = tiers.map((t) => [t.tier, t.scanned, t.dead, t.expired, t.deleted]);
  writeTable(output, ["tier", "copies", "dead", "expired", "deleted"], rows);
  for (const line of tiers.flatMap(remarks)) output.write(`${line}\n`);
  output.write(`${deleted} of ${scanned} copies deleted\n`);
}

function remarks({ tier, earlier, theirs }: TierSweep): readonly string[] {
  return [
    ...(earlier === undefined
      ? []
      : [`${tier}: went on where a sweep was interrupted, after ${earlier} copies`]),
    ...(theirs === undefined
      ? []
      : [
          `${tier}: another process swept it, ${theirs.deleted} of ${theirs.scanned} copies deleted`,
        ]),
  ];
}
