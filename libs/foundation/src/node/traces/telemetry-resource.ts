import { SEMRESATTRS_PROJECT_NAME } from "@arizeai/openinference-semantic-conventions";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ResolvedTelemetryConfig } from "../telemetry-config.ts";

/** Who this process is, in which project. */
export function telemetryResource(config: ResolvedTelemetryConfig, project: string): Resource {
  const { service, resourceAttributes } = config;
  return defaultResource().merge(
    resourceFromAttributes({
      ...resourceAttributes,
      "service.name": service.name,
      "service.instance.id": service.instance,
      ...(service.version !== undefined && { "service.version": service.version }),
      [SEMRESATTRS_PROJECT_NAME]: project,
    }),
  );
}
