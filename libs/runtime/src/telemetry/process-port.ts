import {
  openMetrics,
  openTelemetry,
  type OpenTelemetryOptions,
  type SpanEnrichment,
} from "@cogniverse/foundation";
import type { TelemetryConfig } from "@cogniverse/foundation/node";
import type { Logger, TelemetryPort } from "@cogniverse/sdk";

/**
 * A port to the OpenTelemetry SDK that the process has, or registers later. What a section says of keys, values, sampling and metrics' limits holds
 * for it as well, and so do OpenInference's conventions.
 */
export async function processPort(
  config: TelemetryConfig | undefined,
  logger: Logger,
): Promise<TelemetryPort> {
  // A port without options tells whether an SDK is there.
  const isSeen = openTelemetry().keepsAlways();
  const enrichment = isSeen || hidesSomething() ? await openInference() : lateOpenInference();
  return openTelemetry({ ...said(config, isSeen ? logger : undefined), enrichment });
}

/** Where nobody sees a span, nobody asks how its keys are masked. */
function said(
  config: TelemetryConfig | undefined,
  logger: Logger | undefined,
): OpenTelemetryOptions {
  if (config === undefined) return {};
  const { keys, values, sampling, metrics } = config;
  const { visibility, secret } = keys ?? {};
  const { tenants, keyTypes } = metrics ?? {};
  const limits = openMetrics({ tenants, keyTypes });
  return { visibility, secret, values, hits: sampling?.hits, metrics: limits, logger };
}

/** As the library, which knows no other environment than that of the process. */
function hidesSomething(): boolean {
  return Object.keys(process.env).some((name) => name.startsWith("OPENINFERENCE_HIDE_"));
}

/** No SDK comes with it, but some 5 MB. */
async function openInference(): Promise<SpanEnrichment> {
  const conventions = await import("@cogniverse/foundation/openinference");
  return conventions.openInference(false);
}

/**
 * Loads the conventions with the first span that is kept: most processes keep none. What ends before they are there lacks session and user, and nothing
 * that hides: whoever hides anything has them from the start.
 */
function lateOpenInference(): SpanEnrichment {
  let loaded: SpanEnrichment | undefined;
  let loading: Promise<void> | undefined;
  return {
    fromContext(context, tenantId) {
      // Spans go without where it cannot be loaded.
      loading ??= openInference().then(
        (conventions) => void (loaded = conventions),
        () => undefined,
      );
      return loaded?.fromContext(context, tenantId) ?? {};
    },
    mask: (attributes) => loaded?.mask(attributes) ?? attributes,
  };
}
