import { diagnose, type Diagnosis, type TierDiagnosis } from "@cogniverse/runtime";
import { EXIT, ExitError } from "../exit-code.ts";
import { writeJson, writeTable } from "../output.ts";
import { configPath, type CommonOptions, type Session } from "../session.ts";
import { changeLines, truthLines } from "./server-lines.ts";

/** `doctor`: tries on every tier what the cache relies on, and says what to fix; exit code 1 where something is a problem. */
export async function doctorCommand(session: Session, options: CommonOptions): Promise<void> {
  const { output, env, signal } = session;
  const path = configPath(session, options);
  const onStep = ({ tier, check }: Readonly<{ tier: string; check: string }>): void =>
    output.status?.([tier, check].filter((part) => part !== "").join(": "));
  let diagnosis: Diagnosis;
  try {
    diagnosis = await diagnose({ configPath: path, env, signal, onStep });
  } finally {
    output.status?.("");
  }
  if (options.json === true) writeJson(output, diagnosis);
  else describe(session, diagnosis);
  if (diagnosis.ok) return;
  const count = diagnosis.tiers.flatMap((tier) => levelOf(tier, "problem")).length;
  throw new ExitError(EXIT.notThere, `${path}: ${count} problem(s)`);
}

function describe({ output }: Session, { tiers, truth, telemetry }: Diagnosis): void {
  writeTable(
    output,
    ["tier", "backend", "server", "state", "read p50", "p99", "write p50", "p99"],
    tiers.map(tierRow),
  );
  const looked = [...tiers, { tier: "(telemetry)", findings: telemetry }];
  const findings = looked.flatMap(({ tier, findings: found }) =>
    found.map(({ check, level, message }) => [tier, check, level, message]),
  );
  writeTable(output, ["tier", "check", "", "found"], findings, { wrapLast: true });
  output.write(truthLines(truth));
  for (const { tier, changes } of tiers) output.write(changeLines(tier, changes));
  output.write(remedies(looked));
}

function tierRow({ tier, backend, server, state, latency }: TierDiagnosis): readonly string[] {
  const figures = [latency?.read, latency?.write].flatMap((of) =>
    of === undefined ? ["", ""] : [milliseconds(of.p50Ms), milliseconds(of.p99Ms)],
  );
  return [tier, backend, server ?? "", state, ...figures];
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}

/** A tier, or what else was looked at. */
type Looked = Pick<TierDiagnosis, "tier" | "findings">;

function levelOf(
  tier: Looked,
  level: "warning" | "problem",
): readonly (Looked["findings"][number] & { readonly tier: string })[] {
  return tier.findings
    .filter((finding) => finding.level === level)
    .map((finding) => ({ ...finding, tier: tier.tier }));
}

/** Problems first. */
function remedies(tiers: readonly Looked[]): string {
  const lines = (["problem", "warning"] as const).flatMap((level) =>
    tiers
      .flatMap((tier) => levelOf(tier, level))
      .map(
        ({ tier, check, remedy }) => `  ${level}: ${tier}: ${check}: ${remedy ?? "see above"}\n`,
      ),
  );
  return lines.length === 0 ? "nothing to fix\n" : `what to fix:\n${lines.join("")}`;
}
