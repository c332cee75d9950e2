import type { SweepProgress, SweepReport } from "@cogniverse/core";
import { refuseLeftOut } from "../left-out.ts";
import { writeJson, writeTable } from "../output.ts";
import { changeCache, tenantOf, type Session, type TenantOptions } from "../session.ts";

/** `sweep`: deletes copies that invalidations have killed, with progress for who watches; exit code 1 where a tier could not be looked at whole. */
export async function sweepCommand(session: Session, options: TenantOptions): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const onProgress = ({ tier, scanned, deleted }: SweepProgress): void =>
    output.status?.(`${tier}: ${scanned} copies looked at, ${deleted} deleted`);
  let report: SweepReport;
  try {
    report = await changeCache(session, options, { command: "sweep", tenant }, (cache) =>
      cache.sweep(tenant, { signal, onProgress }),
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

function describe({ output }: Session, { tiers, scanned, deleted }: SweepReport): void {
  const rows = tiers.map((t) => [t.tier, t.scanned, t.dead, t.expired, t.deleted]);
  writeTable(output, ["tier", "copies", "dead", "expired", "deleted"], rows);
  output.write(`${deleted} of ${scanned} copies deleted\n`);
}
