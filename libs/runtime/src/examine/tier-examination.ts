import { type BackendContext, CacheError, type Examination } from "@cogniverse/sdk";
import type { ResolvedTier } from "../config/resolved-config.ts";
import { withinLimit } from "./within-limit.ts";

/**
 * What a tier's module says of its server. `none`: there is no server behind it. `unreachable`: it could not be looked at, `reason` says why.
 * `refused`: the configuration does not fit the server.
 */
export type TierExamination = Readonly<{ tier: string; backend: string }> &
  Readonly<
    | { state: "examined"; examination: Examination }
    | { state: "none" }
    | { state: "unreachable" | "refused"; reason: string }
  >;

/** `limitMs`: how long one tier may take. `signal`: ends it before. `holdsTruth`: whether its invalidation log is the truth. */
export type ExamineTierOptions = Readonly<{
  limitMs: number;
  signal?: AbortSignal | undefined;
  holdsTruth: boolean;
}>;

/** Looks at one tier's server and changes nothing there. Rejects only with the signal's reason. */
export async function examineTier(
  tier: ResolvedTier,
  context: BackendContext,
  { limitMs, signal, holdsTruth }: ExamineTierOptions,
): Promise<TierExamination> {
  const { name, backend, module, options } = tier;
  const base = { tier: name, backend };
  if (module.examine === undefined) return { ...base, state: "none" };
  const limit = { clock: context.clock, limitMs, signal };
  try {
    const { findings, ...facts } = await withinLimit(
      `The server of tier "${name}"`,
      limit,
      async (call) => (await module.examine?.(options, context, call)) ?? EMPTY,
    );
    const told = findings.filter(({ concerns }) => holdsTruth || concerns !== "log");
    return { ...base, state: "examined", examination: { ...facts, findings: told } };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const wrong = CacheError.isInstance(error) && error.code === "invalid_config";
    return { ...base, state: wrong ? "refused" : "unreachable", reason };
  }
}

const EMPTY: Examination = { findings: [], changes: [] };
