import {
  checkConfig,
  formatConfigProblems,
  installedBackends,
  jsonSchema,
  type PolicySummary,
} from "@cogniverse/runtime";
import { EXIT, ExitError } from "../exit-code.ts";
import { writeJson, writeTable } from "../output.ts";
import { configPath, type CommonOptions, type Session } from "../session.ts";

/** `config check [FILE]`: everything that is wrong with a configuration at once, or what it comes to. Connects to nothing. */
export async function configCheckCommand(
  session: Session,
  file: string | undefined,
  options: CommonOptions,
): Promise<void> {
  const { output } = session;
  const path = file ?? configPath(session, options);
  const check = await checkConfig({ configPath: path, env: session.env });
  if (options.json === true) writeJson(output, check);
  if (!check.ok) {
    const text =
      options.json === true
        ? ""
        : `${formatConfigProblems(check.problems, { color: output.isTerminal })}\n`;
    throw new ExitError(EXIT.notThere, `${text}${path}: ${check.problems.length} problem(s)`);
  }
  if (options.json === true) return;
  const { summary } = check;
  output.write(
    `${path} is right${summary.enabled ? "" : "; the cache is switched off and only computes"}\n`,
  );
  writeTable(
    output,
    ["tier", "backend"],
    summary.tiers.map((tier) => [tier.name, tier.backend]),
  );
  writeTable(output, ["family", "tiers", "ttl"], Object.entries(summary.policies).map(policyRow));
}

function policyRow([family, { tiers, ttl }]: readonly [string, PolicySummary]): readonly string[] {
  const lifetime = ttl === null ? "never expires" : ttl === "tier" ? "each tier's own" : `${ttl} s`;
  return [family, tiers.join(", "), lifetime];
}

/** `config schema`: the JSON Schema for editors, with the backends that are installed. */
export async function configSchemaCommand(session: Session): Promise<void> {
  writeJson(session.output, jsonSchema(await installedBackends()));
}
