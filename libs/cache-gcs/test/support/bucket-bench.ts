import { randomBytes } from "node:crypto";
import { Storage, type Bucket } from "@google-cloud/storage";
import type { ObjectBackend } from "@cogniverse/object-store";
import type { BackendContext } from "@cogniverse/sdk";
import type { GcsPlace } from "@cogniverse/test-servers";
import { connect } from "../../src/gcs-connection.ts";
import { composeBackend } from "../../src/gcs-backend.ts";
import { gcsBackend, type GcsOptions } from "../../src/index.ts";
import { GcsObjectClient } from "../../src/objects/gcs-object-client.ts";
import { resolveOptions } from "../../src/options/resolved-options.ts";
import { testContext } from "./context.ts";

/** A bucket of its own on a server, a bare client to look into it, and tiers in it; disposing closes what was opened. */
export class BucketBench implements AsyncDisposable {
  readonly place: GcsPlace;
  readonly name: string = `cog-${randomBytes(8).toString("hex")}`;
  readonly bare: Bucket;
  readonly context: ReturnType<typeof testContext> = testContext();
  readonly #open: AsyncDisposable[] = [];

  private constructor(place: GcsPlace) {
    this.place = place;
    const storage = new Storage({ apiEndpoint: place.endpoint, projectId: place.projectId });
    this.bare = storage.bucket(this.name);
  }

  /** `make: false`: the bucket is left to be made. */
  static async at(place: GcsPlace, { make = true } = {}): Promise<BucketBench> {
    const bench = new BucketBench(place);
    if (make) await bench.bare.create();
    return bench;
  }

  /** Options of a tier in this bucket, whose server takes any number of writes a second. */
  options(more: Partial<GcsOptions> = {}): GcsOptions {
    const { endpoint, projectId } = this.place;
    return { bucket: this.name, project_id: projectId, endpoint, write_interval: 0, ...more };
  }

  /** A tier, opened as a configuration would. */
  async backend(
    more: Partial<GcsOptions> = {},
    surroundings: Partial<BackendContext> = {},
  ): Promise<ObjectBackend> {
    return this.#kept(await gcsBackend(this.options(more), { ...this.context, ...surroundings }));
  }

  /** A tier on which nothing was asked yet. */
  unopened(more: Partial<GcsOptions> = {}): ObjectBackend {
    const options = resolveOptions(this.options(more));
    const { session } = connect(options, this.context);
    return this.#kept(composeBackend(session, options, this.context));
  }

  /** A client of the port. */
  client(more: Partial<GcsOptions> = {}): GcsObjectClient {
    const options = resolveOptions(this.options(more));
    const { session } = connect(options, this.context);
    return this.#kept(
      new GcsObjectClient(session, {
        ...options,
        random: this.context.random,
        uploadPrefix: "uploads/",
      }),
    );
  }

  /** Writes an object as somebody else would. */
  async put(
    name: string,
    data: Uint8Array,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.bare
      .file(name)
      .save(Buffer.from(data), { resumable: false, metadata: { metadata } });
  }

  /** The custom metadata of an object, as a bare client sees it. */
  async metadata(name: string): Promise<Readonly<Record<string, unknown>>> {
    const [found] = await this.bare.file(name).getMetadata();
    return found.metadata ?? {};
  }

  /** Names that lie in the bucket. */
  async names(prefix = ""): Promise<string[]> {
    const [files] = await this.bare.getFiles({ prefix });
    return files.map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#open) await one[Symbol.asyncDispose]();
  }

  #kept<T extends AsyncDisposable>(one: T): T {
    this.#open.push(one);
    return one;
  }
}
