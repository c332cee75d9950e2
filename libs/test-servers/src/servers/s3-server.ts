import { Server, type Started } from "../server.ts";

/** What `credentials` of an S3 client takes. */
export type S3Credentials = Readonly<{ accessKeyId: string; secretAccessKey: string }>;

/** Where an S3 server is and who may use it. Clients need path-style addresses. */
export type S3Place = Readonly<{ endpoint: string; region: string; credentials: S3Credentials }>;

/** The one pair of keys that the servers here are started with; the usual one of emulators. */
export const testCredentials: S3Credentials = { accessKeyId: "test", secretAccessKey: "test" };

export const testRegion = "us-east-1";

/** An S3 server that runs. */
export class S3Server extends Server implements S3Place {
  readonly endpoint: string;
  readonly region: string = testRegion;
  readonly credentials: S3Credentials;

  constructor(started: Started<unknown>, place: Omit<S3Place, "region">) {
    super(started);
    this.endpoint = place.endpoint;
    this.credentials = place.credentials;
  }
}
