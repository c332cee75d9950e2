import type { PurgeProgress, PurgeReport } from "@cogniverse/core";
import { EXIT, ExitError } from "../exit-code.ts";
import { refuseLeftOut, unknownTenant } from "../left-out.ts";
import { duration, writeJson, writeTable } from "../output.ts";
import { changeCache, tenantOf, type Session, type TenantOptions } from "../session.ts";

/** Options of `purge`. */
export interface PurgeCommandOptions extends TenantOptions {
  readonly yes?: boolean;
  readonly reason?: string;
}

/** `purge`: a tenant dead at once everywhere, then gone from every tier; exit code 1 where a tier could not be emptied. */
export async function purgeCommand(session: Session, options: PurgeCommandOptions): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  await confirm(session, tenant, options);
  const { reason } = options;
  const onProgress = ({ tier, removed }: PurgeProgress): void =>
    output.status?.(`${tier}: ${removed} entries removed`);
  let report: PurgeReport;
  try {
    report = await changeCache(session, options, { command: "purge", tenant }, (cache) =>
      cache.purge(tenant, { reason, signal, onProgress }),
    );
  } finally {
    output.status?.("");
  }
  if (options.json === true) writeJson(output, report);
  else describe(session, report);
  const lacks = report.tiers.flatMap(({ tier, state, why }) =>
    state === "incomplete" ? [`tier "${tier}" may keep some of it: ${why ?? "it failed"}`] : [],
  );
  const { state, why } = report.log;
  if (state === "incomplete")
    lacks.push(
      `the invalidation log may keep names of its keys and tags until others look: ${why ?? "it failed"}`,
    );
  refuseLeftOut("the purge", lacks);
  if (!report.isKnown) output.note(unknownTenant(tenant));
}

/** Nothing brings a purged tenant back, so somebody has to mean it. Throws {@link ExitError}. */
async function confirm(
  { ask, signal }: Session,
  tenant: string,
  { yes }: PurgeCommandOptions,
): Promise<void> {
  if (yes === true) return;
  if (ask === undefined)
    throw new ExitError(
      EXIT.wrongUse,
      `Everything of tenant ${tenant} would be removed for good: say --yes where nobody can be asked`,
    );
  const answer = await ask(
    `Everything of tenant ${tenant} will be removed for good, from every node and tier. Type the tenant's name to go on: `,
  );
  signal.throwIfAborted();
  if (answer.trim() === tenant) return;
  throw new ExitError(EXIT.notThere, "Not confirmed; nothing was changed");
}

function describe({ output }: Session, report: PurgeReport): void {
  const rows = report.tiers.map(({ tier, removed, state }) => [tier, removed, state]);
  writeTable(output, ["tier", "entries removed", "state"], rows);
  const { tenantId, removed, position, elapsedMs, log } = report;
  // The first kills all that the tenant had, the second tells nodes to clear their own tiers.
  const records = `records ${position - 1} and ${position}`;
  const kept =
    log.state === "complete" ? `of it the log keeps ${records}` : `in the log it is ${records}`;
  output.write(
    `tenant ${tenantId} purged: ${removed} entries in ${duration(elapsedMs)}; ${kept}\n`,
  );
}
