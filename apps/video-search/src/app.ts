import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCache, type ConfiguredCache } from "@cogniverse/runtime";
import { VideoSearchAgent } from "./agent/video-search-agent.ts";
import { VideoProcessor } from "./ingest/video-processor.ts";
import type { ArtefactModels } from "./ingest/artefacts.ts";
import { VideoLibrary } from "./library/video-library.ts";
import { modelsFromEnvironment } from "./models/models-from-environment.ts";

/** The folder of the repository: configurations lie there, and what the app keeps by default. */
export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** Where the app looks and keeps. */
export interface AppOptions {
  /** Default: `configs/embedded.yaml`. */
  readonly config?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Tests give cheap ones. Default: as the environment says, else the embedded ones. */
  readonly models?: (ArtefactModels & Partial<AsyncDisposable>) | undefined;
}

/** The whole app: a cache from YAML, models, what was ingested. Disposing closes all. */
export class App implements AsyncDisposable {
  readonly cache: ConfiguredCache;
  readonly library: VideoLibrary;
  readonly processor: VideoProcessor;
  readonly agent: VideoSearchAgent;
  readonly #models: Partial<AsyncDisposable>;

  private constructor(
    cache: ConfiguredCache,
    library: VideoLibrary,
    models: ArtefactModels & Partial<AsyncDisposable>,
  ) {
    this.cache = cache;
    this.library = library;
    this.#models = models;
    this.processor = new VideoProcessor({ cache, library, models });
    this.agent = new VideoSearchAgent({ cache, library, models });
  }

  /** Throws `ConfigError` for a configuration that is wrong. */
  static async open({ config, env = process.env, models }: AppOptions = {}): Promise<App> {
    const home = env["COGNIVERSE_HOME"] ?? join(ROOT, ".cogniverse");
    const folders = { COGNIVERSE_CACHE_DIR: join(home, "cache"), ...env };
    const configPath = config ?? join(ROOT, "configs", "embedded.yaml");
    const cache = await createCache({ configPath, env: folders });
    return new App(
      cache,
      new VideoLibrary(join(home, "library")),
      models ?? modelsFromEnvironment(env),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#models[Symbol.asyncDispose]?.();
    await this.cache.close();
  }
}
