import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCache, type ConfiguredCache } from "@cogniverse/runtime";
import { VideoSearchAgent } from "./agent/video-search-agent.ts";
import { VideoProcessor } from "./ingest/video-processor.ts";
import type { ArtefactMaking } from "./ingest/artefacts.ts";
import type { ArtefactModels } from "./models/artefact-models.ts";
import { Fingerprints } from "./ingest/fingerprints.ts";
import { DEFAULT_SETTINGS, type IngestSettings } from "./ingest/ingest-settings.ts";
import { VideoLibrary } from "./library/video-library.ts";
import { modelsFromEnvironment } from "./models/models-from-environment.ts";

/** The folder of the repository: configurations lie there, and what the app keeps by default. */
export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** Where the app looks and keeps. */
export interface AppOptions {
  /** Default: `configs/embedded.yaml`. */
  readonly config?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Stay the caller's to close. Default: as the environment says, else the embedded ones; the app closes those. */
  readonly models?: ArtefactModels | undefined;
  /** Default: {@link DEFAULT_SETTINGS}. */
  readonly settings?: IngestSettings | undefined;
}

/** The whole app: a cache from YAML, models, what was ingested. Disposing closes all. */
export class App implements AsyncDisposable {
  readonly cache: ConfiguredCache;
  readonly library: VideoLibrary;
  readonly processor: VideoProcessor;
  readonly agent: VideoSearchAgent;
  readonly #own: Partial<AsyncDisposable>;

  private constructor(
    cache: ConfiguredCache,
    library: VideoLibrary,
    making: ArtefactMaking,
    own: Partial<AsyncDisposable>,
  ) {
    this.cache = cache;
    this.library = library;
    this.#own = own;
    const { telemetry } = cache;
    this.processor = new VideoProcessor({ cache, library, making, telemetry });
    this.agent = new VideoSearchAgent({ cache, library, making, telemetry });
  }

  /** Throws `ConfigError` for a configuration that is wrong. */
  static async open(options: AppOptions = {}): Promise<App> {
    const { config, env = process.env, settings = DEFAULT_SETTINGS } = options;
    const home = env["COGNIVERSE_HOME"] ?? join(ROOT, ".cogniverse");
    const folders = { COGNIVERSE_CACHE_DIR: join(home, "cache"), ...env };
    const configPath = config ?? join(ROOT, "configs", "embedded.yaml");
    const models = options.models ?? modelsFromEnvironment(env);
    const own = options.models === undefined ? models : {};
    const cache = await createCache({ configPath, env: folders });
    const making = { models, settings, fingerprints: new Fingerprints() };
    return new App(cache, new VideoLibrary(join(home, "library")), making, own);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#own[Symbol.asyncDispose]?.();
    } finally {
      await this.cache.close();
    }
  }
}
