import type { BackendContext, CacheBackend, ExaminationFinding } from "@cogniverse/sdk";
import type { ResolvedTier } from "../config/resolved-config.ts";
import type { TierExamination } from "../examine/tier-examination.ts";
import { withinLimit } from "../examine/within-limit.ts";
import { CAPABILITY_PROBES } from "./capability-probes.ts";
import { CONDITION_PROBES } from "./condition-probes.ts";
import type { TierDiagnosis } from "./diagnosis.ts";
import { ENTRY_PROBES } from "./entry-probes.ts";
import { endsTrying, failureFinding } from "./failure-finding.ts";
import { LOG_PROBE } from "./log-probe.ts";
import { judgeLatency, type Latency, measureLatency } from "./measure-latency.ts";
import type { Probe } from "./probe.ts";
import { ProbeGround } from "./probe-ground.ts";
import { serverFindings } from "./server-findings.ts";

const START_LIMIT_MS = 5000;
const CLOSE_LIMIT_MS = 5000;
/** As the manager's own. */
const TIME_LIMIT_MS = { process: 5000, machine: 2000, shared: 5000 };
const PROBES: readonly Probe[] = [
  ...ENTRY_PROBES,
  ...CONDITION_PROBES,
  ...CAPABILITY_PROBES,
  LOG_PROBE,
];

/** What one tier's diagnosis is made with. */
export interface DiagnoseTierOptions {
  readonly context: BackendContext;
  /** A part of every key that is tried. */
  readonly run: string;
  readonly signal?: AbortSignal | undefined;
  readonly onStep: (check: string) => void;
}

/** Starts a tier, tries everything and removes what it tried. Rejects only with the signal's reason, after it removed what it tried. */
export async function diagnoseTier(
  tier: ResolvedTier,
  examined: TierExamination,
  options: DiagnoseTierOptions,
): Promise<TierDiagnosis> {
  const found = serverFindings(examined);
  const base = { tier: tier.name, backend: tier.backend, ...serverFacts(examined) };
  options.onStep("start");
  const started = await start(tier, options);
  if (!started.ok) {
    // What cannot be started could hardly be looked at: one line says both.
    const others = found.filter(({ check }) => check !== "server");
    return {
      ...base,
      state: "down",
      findings: [...others, failureFinding("start", started.error)],
    };
  }
  const { backend } = started;
  try {
    const tried = await tryAll(tier, backend, options);
    const { findings, latency } = tried;
    const all = { ...base, state: "up" as const, findings: [...found, ...findings] };
    return latency === undefined ? all : { ...all, latency };
  } finally {
    await close(backend, options);
  }
}

function serverFacts(
  examined: TierExamination,
): Pick<TierDiagnosis, "server" | "clockOffsetMs" | "changes"> {
  if (examined.state !== "examined") return { changes: [] };
  const { server, clockOffsetMs, changes } = examined.examination;
  return {
    changes,
    ...(server === undefined ? {} : { server }),
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
  };
}

type Started = Readonly<{ ok: true; backend: CacheBackend } | { ok: false; error: unknown }>;

/** A backend that comes after its time is closed again. */
async function start(
  { name, module, options }: ResolvedTier,
  { context, signal }: DiagnoseTierOptions,
): Promise<Started> {
  const creating = module.create(options, context);
  const limit = { clock: context.clock, limitMs: START_LIMIT_MS, signal };
  try {
    return { ok: true, backend: await withinLimit(`Tier "${name}"`, limit, () => creating) };
  } catch (error) {
    void creating.then(
      (late) => late[Symbol.asyncDispose]?.(),
      () => undefined,
    );
    signal?.throwIfAborted();
    return { ok: false, error };
  }
}

type Tried = Readonly<{ findings: readonly ExaminationFinding[]; latency?: Latency }>;

async function tryAll(
  tier: ResolvedTier,
  backend: CacheBackend,
  { context, run, signal, onStep }: DiagnoseTierOptions,
): Promise<Tried> {
  const locality = backend.traits?.locality ?? "process";
  const limitMs = tier.timeLimitMs ?? TIME_LIMIT_MS[locality];
  const ground = new ProbeGround({ backend, clock: context.clock, run, limitMs, signal });
  const findings: ExaminationFinding[] = [];
  let latency: Latency | undefined;
  const latencyProbe: Probe = {
    check: "latency",
    run: async () => judgeLatency((latency = await measureLatency(ground)), locality, limitMs),
  };
  try {
    await runProbes([...PROBES, latencyProbe], ground, { findings, signal, onStep });
  } finally {
    onStep("clean up");
    findings.push(...(await cleanUp(ground)));
  }
  return latency === undefined ? { findings } : { findings, latency };
}

type Running = Pick<DiagnoseTierOptions, "signal" | "onStep"> &
  Readonly<{ findings: ExaminationFinding[] }>;

async function runProbes(
  probes: readonly Probe[],
  ground: ProbeGround,
  { findings, signal, onStep }: Running,
): Promise<void> {
  for (const { check, applies, run } of probes) {
    if (applies?.(ground) === false) continue;
    onStep(check);
    try {
      findings.push({ check, ...(await run(ground)) });
    } catch (error) {
      signal?.throwIfAborted();
      findings.push(failureFinding(check, error));
      if (endsTrying(error)) return;
    }
  }
}

/** The keys die by themselves within minutes; that they could not be removed now is a finding all the same. */
async function cleanUp(ground: ProbeGround): Promise<readonly ExaminationFinding[]> {
  try {
    const left = await ground.cleanUp();
    if (left.length === 0) return [];
    const message = `${left.length} keys below ${ground.prefix} could not be removed; they expire within 10 minutes`;
    return [{ check: "clean up", level: "problem", message, remedy: "see the finding on delete" }];
  } catch (error) {
    return [failureFinding("clean up", error)];
  }
}

async function close(backend: CacheBackend, { context }: DiagnoseTierOptions): Promise<void> {
  const limit = { clock: context.clock, limitMs: CLOSE_LIMIT_MS };
  const closing = async (): Promise<void> => backend[Symbol.asyncDispose]?.();
  // Whatever it says: everything was found out by now.
  await withinLimit("Closing", limit, closing).catch(() => undefined);
}
