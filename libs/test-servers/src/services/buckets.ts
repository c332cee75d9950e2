/** The bucket that the example configurations name. */
export const exampleBucket = "cogniverse-cache";

/** For a server that checks no signatures. */
export async function createS3Bucket(endpoint: string): Promise<void> {
  await expectOk(fetch(`${endpoint}/${exampleBucket}`, { method: "PUT" }));
}

/** For an emulator, which needs no credentials. */
export async function createGcsBucket(endpoint: string, projectId: string): Promise<void> {
  const url = `${endpoint}/storage/v1/b?project=${encodeURIComponent(projectId)}`;
  const body = JSON.stringify({ name: exampleBucket });
  const headers = { "content-type": "application/json" };
  await expectOk(fetch(url, { method: "POST", headers, body }));
}

async function expectOk(responding: Promise<Response>): Promise<void> {
  const response = await responding;
  const answer = await response.text();
  if (!response.ok) throw new Error(`bucket ${exampleBucket}: ${response.status} ${answer}`);
}
