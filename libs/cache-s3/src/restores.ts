import { RestoreObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { BackendContext } from "@cogniverse/sdk";
import type { Target } from "./multipart.ts";
import type { RestoreOptions } from "./options.ts";
import { readFailure } from "./s3-failure.ts";

/** A restore takes minutes to two days; whoever reads meanwhile need not ask again. */
const ASK_AGAIN_MS = 3_600_000;
/** Names remembered at most; the one asked for first is forgotten first. */
const REMEMBERED = 10_000;

/** Asks for archived objects to be made readable again, each once an hour at most, in the background. */
export class Restores {
  readonly #client: S3Client;
  readonly #target: Target;
  readonly #options: RestoreOptions;
  readonly #context: BackendContext;
  readonly #askedAt = new Map<string, number>();

  constructor(
    bucket: Readonly<{ client: S3Client; target: Target }>,
    options: RestoreOptions,
    context: BackendContext,
  ) {
    this.#client = bucket.client;
    this.#target = bucket.target;
    this.#options = options;
    this.#context = context;
  }

  /** Never throws; a request that fails is one warning. */
  ask(name: string): void {
    const now = this.#context.clock.monotonic();
    const askedAt = this.#askedAt.get(name);
    if (askedAt !== undefined && now - askedAt < ASK_AGAIN_MS) return;
    this.#askedAt.delete(name);
    this.#askedAt.set(name, now);
    const [oldest] = this.#askedAt.keys();
    if (this.#askedAt.size > REMEMBERED && oldest !== undefined) this.#askedAt.delete(oldest);
    void this.#send(name);
  }

  async #send(name: string): Promise<void> {
    const { days, tier } = this.#options;
    const RestoreRequest = { Days: days, GlacierJobParameters: { Tier: tier } };
    const command = new RestoreObjectCommand({ ...this.#target, Key: name, RestoreRequest });
    try {
      await this.#client.send(command);
    } catch (error) {
      const { code } = readFailure(error);
      if (code === "RestoreAlreadyInProgress") return;
      const fields = { tier: this.#context.tier, object: name, error: code };
      this.#context.logger.warn(
        "An archived object could not be restored (s3:RestoreObject)",
        fields,
      );
    }
  }
}
