import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { App, type AppOptions } from "../../src/app.ts";
import { run } from "../../src/run.ts";
import { CheapModels } from "./cheap-models.ts";
import { SAMPLE } from "./sample.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

/** What a command line wrote, and how it ended. */
export type Ran = Readonly<{ code: number; out: string; err: string }>;

/** A folder in which an app keeps everything, with films beside it. Opening it again is a restart. */
export class AppHome implements AsyncDisposable {
  readonly #folder: TemporaryFolder;

  private constructor(folder: TemporaryFolder) {
    this.#folder = folder;
  }

  static async create(): Promise<AppHome> {
    const folder = await TemporaryFolder.create();
    await mkdir(folder.at("films"));
    return new AppHome(folder);
  }

  get env(): Readonly<Record<string, string>> {
    return { COGNIVERSE_HOME: this.#folder.at("home") };
  }

  film(name: string): string {
    return join(this.#folder.at("films"), name);
  }

  /** The sample with its subtitles. */
  async sample(name = "bunny"): Promise<string> {
    await copyFile(SAMPLE, this.film(`${name}.mp4`));
    await copyFile(SAMPLE.replace(/mp4$/, "vtt"), this.film(`${name}.vtt`));
    return this.film(`${name}.mp4`);
  }

  /** @param options cheap models unless it says otherwise. */
  async open(options: AppOptions = {}): Promise<App> {
    return App.open({ env: this.env, models: new CheapModels(), ...options });
  }

  /** Runs one command line in this process, with cheap models. */
  async run(...args: readonly string[]): Promise<Ran> {
    const out: string[] = [];
    const err: string[] = [];
    const note = (text: string): void => void err.push(text);
    const progress = {
      step: (name: string) => note(`${name}\n`),
      done: (line: string) => note(`${line}\n`),
      stop: () => undefined,
    };
    const code = await run(args, {
      write: (text) => void out.push(text),
      note,
      progress,
      signal: new AbortController().signal,
      app: { env: this.env, models: new CheapModels() },
    });
    return { code, out: out.join(""), err: err.join("") };
  }

  /** Every file below the app's own folder, by its path in it. */
  async files(): Promise<readonly string[]> {
    const found = await readdir(this.#folder.at("home"), {
      recursive: true,
      withFileTypes: true,
    }).catch(() => []);
    return found.filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
