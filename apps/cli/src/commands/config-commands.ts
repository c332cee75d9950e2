import {
  checkConfig,
  type ConfigSummary,
  examineTiers,
  formatConfigProblems,
  installedBackends,
  jsonSchema,
  type PolicySummary,
  type TierExamination,
} from "@cogniverse/runtime";
import { EXIT, ExitError } from "../exit-code.ts";
import { writeJson, writeTable } from "../output.ts";
import { configPath, type CommonOptions, type Session } from "../session.ts";
import { changeLines, truthLines } from "./server-lines.ts";
import { telemetryLines } from "./telemetry-lines.ts";

/** Options of `config check`. */
export interface ConfigCheckOptions extends CommonOptions {
  /** Look at no server. */
  readonly offline?: boolean;
}

/**
 * `config check [FILE]`: everything that is wrong with a configuration at once, or what it comes to and what its servers say of it. Changes
 * nothing on any server; one that cannot be reached is a warning.
 */
export async function configCheckCommand(
  session: Session,
  file: string | undefined,
  options: ConfigCheckOptions,
): Promise<void> {
  const { output, env, signal } = session;
  const path = file ?? configPath(session, options);
  const check = await checkConfig({ configPath: path, env });
  if (!check.ok) {
    const text = formatConfigProblems(check.problems, { color: output.isTerminal });
    if (options.json === true) writeJson(output, check);
    else output.note(text);
    throw new ExitError(EXIT.notThere, `${path}: ${check.problems.length} problem(s)`);
  }
  const servers =
    options.offline === true ? [] : await examineTiers({ configPath: path, env, signal });
  const count = servers.reduce((sum, server) => sum + problemsOf(server), 0);
  if (options.json === true) writeJson(output, { ...check, ok: count === 0, servers });
  else describe(session, path, { summary: check.summary, servers });
  if (count > 0) throw new ExitError(EXIT.notThere, `${path}: ${count} problem(s)`);
}

/** What a start would run into; a server that cannot be reached now is none. */
function problemsOf(server: TierExamination): number {
  if (server.state === "refused") return 1;
  if (server.state !== "examined") return 0;
  return server.examination.findings.filter(({ level }) => level === "problem").length;
}

type Checked = Readonly<{ summary: ConfigSummary; servers: readonly TierExamination[] }>;

function describe({ output }: Session, path: string, { summary, servers }: Checked): void {
  const state = summary.enabled ? "" : "; the cache is switched off and only computes";
  const fits = servers.every((server) => problemsOf(server) === 0);
  output.write(
    `${path} is ${fits ? "right" : "right by itself, and does not fit its servers"}${state}\n`,
  );
  writeTable(
    output,
    ["tier", "backend"],
    summary.tiers.map((tier) => [tier.name, tier.backend]),
  );
  writeTable(output, ["family", "tiers", "ttl"], Object.entries(summary.policies).map(policyRow));
  if (summary.enabled) output.write(truthLines(summary.truth));
  output.write(telemetryLines(summary.telemetry));
  const rows = servers.flatMap(serverRows);
  if (rows.length > 0)
    writeTable(output, ["tier", "server", "", "found"], rows, { wrapLast: true });
  for (const server of servers) {
    if (server.state === "examined")
      output.write(changeLines(server.tier, server.examination.changes));
    if (server.state === "unreachable")
      output.note(
        `warning: the server of "${server.tier}" could not be looked at: ${server.reason}`,
      );
    if (server.state === "refused") output.note(`"${server.tier}": ${server.reason}`);
  }
}

function policyRow([family, { tiers, ttl }]: readonly [string, PolicySummary]): readonly string[] {
  const lifetime = ttl === null ? "never expires" : ttl === "tier" ? "each tier's own" : `${ttl} s`;
  return [family, tiers.join(", "), lifetime];
}

function serverRows(server: TierExamination): readonly (readonly string[])[] {
  if (server.state !== "examined") return [];
  const { server: name = server.backend, findings } = server.examination;
  if (findings.length === 0) return [[server.tier, name, "ok", "nothing to remark"]];
  return findings.map(({ check, level, message, remedy }) => [
    server.tier,
    name,
    level,
    `${check}: ${message}${level === "ok" || remedy === undefined ? "" : `; ${remedy}`}`,
  ]);
}

/** `config schema`: the JSON Schema for editors, with the backends that are installed. */
export async function configSchemaCommand(session: Session): Promise<void> {
  writeJson(session.output, jsonSchema(await installedBackends()));
}
