import type { Tracer } from "@opentelemetry/api";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { ResolvedTelemetryConfig } from "../telemetry-config.ts";
import { projectOf } from "./project-name.ts";
import { telemetryResource } from "./telemetry-resource.ts";

/** Providers of tenants kept at a time, a few KiB each; the one that was not used for longest is forgotten, and made anew when needed. */
const MAX_PROVIDERS = 256;

/** One provider for a process, and in project mode one more for each tenant: a project is said by a resource, and a resource belongs to a provider. */
export class TraceProviders {
  readonly #config: ResolvedTelemetryConfig;
  readonly #processors: readonly SpanProcessor[];
  readonly #base: BasicTracerProvider;
  readonly #tenants = new Map<string, BasicTracerProvider>();

  /** `processors` are shared by all providers, and outlive those of tenants. */
  constructor(config: ResolvedTelemetryConfig, processors: readonly SpanProcessor[]) {
    this.#config = config;
    this.#processors = processors;
    this.#base = this.#provider(config.project);
  }

  /** How many providers there are now. */
  get size(): number {
    return 1 + this.#tenants.size;
  }

  /** Of the tenant's provider in project mode, else of the process's. `undefined`: nobody's span. */
  tracer(
    tenantId: string | undefined,
    ...scope: Parameters<BasicTracerProvider["getTracer"]>
  ): Tracer {
    const apart = this.#config.tenancy === "project" && tenantId !== undefined;
    return (apart ? this.#ofTenant(tenantId) : this.#base).getTracer(...scope);
  }

  #ofTenant(tenantId: string): BasicTracerProvider {
    const known = this.#tenants.get(tenantId);
    const provider = known ?? this.#provider(projectOf(this.#config.project, tenantId));
    if (known !== undefined) this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, provider);
    if (this.#tenants.size > MAX_PROVIDERS) this.#forgetOldest();
    return provider;
  }

  /** Spans of it that are under way still end in the shared processors. */
  #forgetOldest(): void {
    const oldest = this.#tenants.keys().next();
    if (oldest.done !== true) this.#tenants.delete(oldest.value);
  }

  #provider(project: string): BasicTracerProvider {
    return new BasicTracerProvider({
      resource: telemetryResource(this.#config, project),
      // What the port starts without a parent it wants; what others start below a span follows that.
      sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [...this.#processors],
    });
  }
}
