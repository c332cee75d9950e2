import { EmbeddedModels } from "./embedded/embedded-models.ts";
import { HttpEmbeddingModel } from "./http/http-embedding-model.ts";
import { HttpTranscriptionModel } from "./http/http-transcription-model.ts";
import { ModelError } from "./model-error.ts";
import type { EmbeddingModel, LabelModel, TranscriptionModel } from "./model-port.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The models of an app. Disposing ends their thread. */
export interface Models extends AsyncDisposable {
  readonly vision: LabelModel &
    Required<Pick<EmbeddingModel, "embedImages">> &
    Pick<EmbeddingModel, "dimensions">;
  readonly text: EmbeddingModel;
  readonly speech: TranscriptionModel | undefined;
}

/**
 * The embedded models, with OpenAI-compatible servers in the place of those that the environment names: `COGNIVERSE_EMBEDDINGS_URL` with
 * `_MODEL` and `_DIMENSIONS` for texts, `COGNIVERSE_TRANSCRIPTION_URL` with `_MODEL` for speech; each may have a `_REVISION`, to be raised when
 * the server changes weights. `COGNIVERSE_MODELS_API_KEY` is sent to both. Throws `ModelError` where one is named by half.
 */
export function modelsFromEnvironment(env: Environment): Models {
  const embedded = new EmbeddedModels();
  return {
    vision: embedded.vision,
    text: textModel(env) ?? embedded.text,
    speech: speechModel(env),
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

function textModel(env: Environment): EmbeddingModel | undefined {
  const named = serverOf(env, "COGNIVERSE_EMBEDDINGS");
  if (named === undefined) return undefined;
  const dimensions = Number(env["COGNIVERSE_EMBEDDINGS_DIMENSIONS"]);
  if (Number.isSafeInteger(dimensions) && dimensions > 0)
    return new HttpEmbeddingModel({ ...named, dimensions });
  throw new ModelError(
    "config",
    "COGNIVERSE_EMBEDDINGS_DIMENSIONS must say how many numbers the server's vectors have",
  );
}

function speechModel(env: Environment): TranscriptionModel | undefined {
  const named = serverOf(env, "COGNIVERSE_TRANSCRIPTION");
  return named === undefined ? undefined : new HttpTranscriptionModel(named);
}

function serverOf(
  env: Environment,
  prefix: string,
):
  | Readonly<{
      baseUrl: string;
      model: string;
      revision: string | undefined;
      apiKey: string | undefined;
    }>
  | undefined {
  const baseUrl = env[`${prefix}_URL`];
  if (baseUrl === undefined || baseUrl === "") return undefined;
  const model = env[`${prefix}_MODEL`];
  if (model === undefined || model === "" || !URL.canParse(baseUrl)) {
    throw new ModelError(
      "config",
      `${prefix}_URL must be a URL, and ${prefix}_MODEL must name the server's model`,
    );
  }
  return {
    baseUrl,
    model,
    revision: env[`${prefix}_REVISION`],
    apiKey: env["COGNIVERSE_MODELS_API_KEY"],
  };
}
