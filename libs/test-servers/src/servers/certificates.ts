import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runCommand } from "../install/run-command.ts";
import { UnavailableError } from "../unavailable-error.ts";

/** All as PEM. */
export type Certificates = Readonly<{
  /** Certificate of an authority that signed nothing else. */
  ca: string;
  /** For 127.0.0.1 and localhost, valid for ten years. */
  certificate: string;
  key: string;
}>;

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const validity = ["-days", "3650"];

/** @throws {UnavailableError} Where there is no openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "certificates-"));
  const openssl = (...args: string[]): Promise<string> =>
    runCommand("openssl", args, { cwd: folder }).catch((error: unknown) => {
      throw new UnavailableError(
        "Certificates for TLS tests are made by openssl (Debian, Ubuntu: apt-get install openssl; Fedora: dnf install openssl; macOS has it)",
        { cause: error },
      );
    });
  const authority = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority"];
  try {
    await openssl("req", "-x509", ...newKey, ...authority, ...validity);
    await openssl("req", ...newKey, "-keyout", "key", "-out", "request", "-subj", "/CN=localhost");
    await writeFile(join(folder, "names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
    const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    await openssl("x509", "-req", "-in", "request", "-out", "pem", ...signing, ...validity);
    const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
    return { ca: await read("ca.pem"), certificate: await read("pem"), key: await read("key") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
