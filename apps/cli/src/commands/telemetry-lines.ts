import type { ConfigSummary } from "@cogniverse/runtime";

type TelemetrySummary = NonNullable<ConfigSummary["telemetry"]>;

/** What telemetry will do: where traces and figures go, what of them is kept, and what of a key leaves. */
export function telemetryLines(telemetry: TelemetrySummary | null): string {
  if (telemetry === null)
    return line("telemetry: not configured; a process's own SDK sees the cache");
  if (!telemetry.enabled)
    return line(
      "telemetry: off, nothing is named that it could go to; a process's own SDK sees the cache",
    );
  const { sampling, keys } = telemetry;
  return [
    `traces: ${traces(telemetry)}`,
    `metrics: ${metrics(telemetry)}`,
    `kept: errors, misses, reads above ${sampling.slowReadMs} ms, and ${percent(sampling.hits)} of other hits below a recorded span`,
    `keys leave as ${keyForm(keys)}; values ${telemetry.values ? "leave where a span is given them" : "never leave"}`,
  ]
    .map(line)
    .join("");
}

function traces({ traces: to, annotations }: TelemetrySummary): string {
  if (to === null) return "off";
  const tenants =
    to.tenancy === "attribute"
      ? `project "${to.project}", tenants by attribute`
      : `a project "${to.project}-{tenant}" for each tenant`;
  const proof = to.authorized ? "with an authorization" : "without an authorization";
  const hits = annotations ? "; with cache_hit annotations" : "";
  return `to ${to.url} (${to.protocol}, compression ${to.compression}, ${proof}), ${tenants}${hits}`;
}

function metrics({ metrics: { otlp, prometheus } }: TelemetrySummary): string {
  const ways = [
    ...(prometheus === null ? [] : [`for Prometheus at ${address(prometheus)}`]),
    ...(otlp === null ? [] : [`to ${otlp.url} every ${otlp.intervalMs} ms`]),
  ];
  return ways.join("; ") || "off";
}

function address({
  host,
  port,
  path,
}: NonNullable<TelemetrySummary["metrics"]["prometheus"]>): string {
  const shown = host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${port === 0 ? "(any free port)" : port}${path}`;
}

function keyForm({ visibility, secret }: TelemetrySummary["keys"]): string {
  if (visibility === "plain") return "they are";
  const digits = visibility === "hmac" ? "16 hex digits" : "two segments and 16 hex digits";
  return secret === "given" ? digits : `${digits} of this process alone (keys.secret is not given)`;
}

function percent(share: number): string {
  return share === 1 ? "all" : `${Number((share * 100).toPrecision(3))} %`;
}

function line(text: string): string {
  return `${text}\n`;
}
