import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createCache, type ConfiguredCache, type CreateCacheOptions } from "@cogniverse/runtime";
import { run } from "../../src/run.ts";
import type { Session } from "../../src/session.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../../../configs/embedded.yaml", import.meta.url));

/** What a command line wrote, and how it ended. */
export type Ran = Readonly<{ code: number; out: string; bytes: Uint8Array; err: string }>;

/** What a test may change of a run. */
export type RunOptions = Readonly<{
  input?: Uint8Array | string;
  isTerminal?: boolean;
  /** Somebody can be asked, and answers so. */
  answer?: string;
  /** Somebody can be asked, in this way. */
  ask?: NonNullable<Session["ask"]>;
  signal?: AbortSignal;
  /** Somebody watches: is given each line of progress. */
  status?: (text: string) => void;
  env?: Readonly<Record<string, string | undefined>>;
}>;

/** A cache directory that command lines work on, and a folder for files beside it. */
export class CliHome implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<CliHome> {
    return new CliHome(await mkdtemp(join(tmpdir(), "cogniverse-cli-")));
  }

  get env(): Readonly<Record<string, string>> {
    const cacheDir = join(this.folder, "cache");
    return {
      COGNIVERSE_CACHE_CONFIG: CONFIG,
      COGNIVERSE_CACHE_DIR: cacheDir,
      COGNIVERSE_TENANT: "acme",
    };
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  async file(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.at(name), content);
    return this.at(name);
  }

  /** The same cache, opened by the test itself, as an application would. */
  open(options: Omit<CreateCacheOptions, "config" | "configPath"> = {}): Promise<ConfiguredCache> {
    return createCache({ configPath: CONFIG, env: this.env, ...options });
  }

  run(...args: readonly string[]): Promise<Ran> {
    return this.runWith({}, ...args);
  }

  /** Runs one command line in this process. */
  async runWith(options: RunOptions, ...args: readonly string[]): Promise<Ran> {
    const out: Buffer[] = [];
    const err: string[] = [];
    const session: Session = {
      output: {
        isTerminal: options.isTerminal ?? false,
        write: (data) => void out.push(Buffer.from(data)),
        note: (line) => void err.push(`${line}\n`),
        ...(options.status === undefined ? {} : { status: options.status }),
      },
      ...(options.ask === undefined ? {} : { ask: options.ask }),
      ...(options.answer === undefined ? {} : { ask: answering(options.answer, err) }),
      readInput: async () => new Uint8Array(Buffer.from(options.input ?? "")),
      env: { ...this.env, ...options.env },
      signal: options.signal ?? new AbortController().signal,
    };
    const code = await run(args, session);
    const bytes = Buffer.concat(out);
    return { code, out: bytes.toString(), bytes, err: err.join("") };
  }

  /** The program as a process of its own. */
  spawn(...args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
    return spawn(process.execPath, ["--conditions=@cogniverse/source", MAIN, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** A line of shell in which `cogniverse-cache` is this program. */
  async shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const program = `"${process.execPath}" --conditions=@cogniverse/source "${MAIN}"`;
    const script = `set -e -o pipefail\ncogniverse-cache() { ${program} "$@"; }\n${line}`;
    return ended(
      spawn("bash", ["-c", script], {
        cwd: this.folder,
        env: { ...process.env, ...this.env, ...env },
        stdio: ["pipe", "pipe", "pipe"],
      }),
    );
  }

  /** Temporary files that the cache left in its directory. */
  async leftovers(): Promise<readonly string[]> {
    const names = await readdir(join(this.folder, "cache"), { recursive: true });
    return names.filter((name) => /\.tmp|tmp\/./.test(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function answering(answer: string, err: string[]): NonNullable<Session["ask"]> {
  return async (question) => {
    err.push(`${question}\n`);
    return answer;
  };
}

/** Waits for a process to end, with all that it wrote. */
export async function ended(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
): Promise<Ran> {
  const exited = once(child, "exit");
  const [bytes, err, [code]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    exited,
  ]);
  return { code: Number(code), out: bytes.toString(), bytes, err };
}
