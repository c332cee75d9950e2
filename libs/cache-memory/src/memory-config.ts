import type { ConfigProblem, ParsedConfig } from "@cogniverse/sdk";
import { rules, type MemoryOptions } from "./memory-options.ts";

const MEGABYTE = 1e6;
const share = { type: "number", exclusiveMinimum: 0, maximum: 1 };

/** JSON Schema of the tier's `config` in YAML. */
export const jsonSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  additionalProperties: false,
  properties: {
    max_size_mb: {
      type: "number",
      exclusiveMinimum: 0,
      default: 256,
      description:
        "Megabytes (10^6 bytes) that all entries may take, decoded values and bookkeeping included. Never exceeded.",
    },
    max_entries: {
      type: "integer",
      minimum: 1,
      maximum: 16_000_000,
      default: 1_000_000,
      description: "Entries of all tenants together.",
    },
    default_ttl: {
      type: ["number", "null"],
      exclusiveMinimum: 0,
      default: null,
      description: "Seconds for puts that name no ttl; null = never expires.",
    },
    max_value_share: {
      ...share,
      default: 0.25,
      description: "A single entry that would take more of max_size_mb is refused.",
    },
    max_tenant_share: {
      ...share,
      default: 1,
      description: "A tenant above this part of bytes or entries evicts its own entries.",
    },
  },
};

type Setting = Readonly<{ option: keyof MemoryOptions; unit?: number; says?: string }>;

const settings: Readonly<Record<string, Setting>> = {
  max_size_mb: { option: "maxBytes", unit: MEGABYTE, says: "a number of megabytes above 0" },
  max_entries: { option: "maxEntries" },
  default_ttl: { option: "defaultTtl" },
  max_value_share: { option: "maxValueShare" },
  max_tenant_share: { option: "maxTenantShare" },
};

/** Turns the tier's `config` into options, or tells everything that is wrong with it. Nothing at all means all defaults. */
export function parseMemoryConfig(config: unknown): ParsedConfig<MemoryOptions> {
  if (config === undefined || config === null) return { ok: true, options: {} };
  if (typeof config !== "object" || Array.isArray(config))
    return { ok: false, problems: [{ path: [], message: "must be a mapping of settings" }] };
  const problems: ConfigProblem[] = [];
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    const problem = takeSetting(name, value, options);
    if (problem !== undefined) problems.push(problem);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, options };
}

function takeSetting(
  name: string,
  value: unknown,
  options: Record<string, unknown>,
): ConfigProblem | undefined {
  const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (setting === undefined)
    return {
      path: [name],
      message: "is not a setting of this tier",
      expected: Object.keys(settings),
    };
  const { option, unit = 1, says } = setting;
  const scaled = typeof value === "number" ? value * unit : value;
  const rule = rules[option];
  if (!rule.holds(scaled)) return { path: [name], message: `must be ${says ?? rule.says}` };
  options[option] = scaled;
  return undefined;
}
