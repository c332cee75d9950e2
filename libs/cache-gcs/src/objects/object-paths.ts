/** Paths of one bucket and its objects in the service's two APIs, encoded for the wire. */
export class ObjectPaths {
  /** The bucket itself in the JSON API. */
  readonly bucket: string;
  /** Its objects in the JSON API, for listings. */
  readonly objects: string;
  readonly #upload: string;
  readonly #media: string;

  constructor(bucket: string) {
    const encoded = encodeURIComponent(bucket);
    this.bucket = `/storage/v1/b/${encoded}`;
    this.objects = `${this.bucket}/o`;
    this.#upload = `/upload/storage/v1/b/${encoded}/o`;
    this.#media = `/${encoded}`;
  }

  /** The bytes in the XML API, whose answer carries custom metadata beside them; the JSON API's does not. */
  media(name: string): string {
    return `${this.#media}/${encodeURIComponent(name).replaceAll("%2F", "/")}`;
  }

  /** One line of the bucket in the XML API. */
  get mediaListing(): string {
    return `${this.#media}?max-keys=1`;
  }

  /** The metadata in the JSON API. */
  metadata(name: string, query: Query = {}): string {
    return `${this.objects}/${encodeURIComponent(name)}${queryText(query)}`;
  }

  list(query: Query): string {
    return this.objects + queryText(query);
  }

  /** The bucket itself, to be changed. */
  changeBucket(query: Query): string {
    return this.bucket + queryText(query);
  }

  upload(query: Query): string {
    return this.#upload + queryText(query);
  }

  rewrite(from: string, to: string, query: Query): string {
    return `${this.metadata(from)}/rewriteTo${this.metadata(to).slice("/storage/v1".length)}${queryText(query)}`;
  }
}

/** Parameters of a request; those that are `undefined` are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.append(name, value);
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}
