import type { Bytes } from "@cogniverse/sdk";

/** A request's body in parts, and the content type that tells how to take it apart. */
export type MultipartBody = Readonly<{ contentType: string; parts: readonly Uint8Array[] }>;

/** An object's description and its bytes in one request, the bytes uncopied. `boundary` must not occur in either: 128 random bits. */
export function multipartBody(
  resource: Readonly<Record<string, unknown>>,
  data: Bytes,
  boundary: string,
): MultipartBody {
  const head = [
    `--${boundary}`,
    "Content-Type: application/json; charset=utf-8",
    "",
    JSON.stringify(resource),
    `--${boundary}`,
    `Content-Type: ${String(resource["contentType"])}`,
    "",
    "",
  ].join("\r\n");
  return {
    contentType: `multipart/related; boundary=${boundary}`,
    parts: [Buffer.from(head), data, Buffer.from(`\r\n--${boundary}--\r\n`)],
  };
}

/** Several requests in one, as the batch endpoint takes them. */
export function batchBody(
  requests: readonly Readonly<{ method: string; path: string }>[],
  boundary: string,
): MultipartBody {
  const parts = requests.map(({ method, path }, i) =>
    [
      `--${boundary}`,
      "Content-Type: application/http",
      `Content-ID: <${i}>`,
      "",
      `${method} ${path} HTTP/1.1`,
      "",
      "",
    ].join("\r\n"),
  );
  return {
    contentType: `multipart/mixed; boundary=${boundary}`,
    parts: [Buffer.from(`${parts.join("\r\n")}\r\n--${boundary}--\r\n`)],
  };
}
