import { dirname, join } from "node:path";
import { failureCode } from "./disk-error.ts";
import { disk, type FileSystem } from "./file-system.ts";

/** Directories that values are spread over, by the first two digits of their id. */
export const FAN_OUT = 256;

/** Bytes one read asks the system for at most; a value above it takes several. */
const LONGEST_READ = 1 << 30;

/**
 * Values as immutable files, `values/<2 digits>/<id>`. A file appears under its name whole: it is written under `tmp/<id>`, flushed and
 * renamed, and never written again.
 */
export class ValueFiles {
  readonly #values: string;
  readonly #temporary: string;
  readonly #fs: FileSystem;
  readonly #made = new Set<string>();

  constructor(basePath: string, fileSystem: FileSystem = disk) {
    this.#values = join(basePath, "values");
    this.#temporary = join(basePath, "tmp");
    this.#fs = fileSystem;
  }

  /** Name of the n-th of the {@link FAN_OUT} directories. */
  directory(n: number): string {
    return n.toString(16).padStart(2, "0");
  }

  /** Writes a new file and makes it durable, directory included. On a failure nothing of it is left where the disk still allows that. */
  async write(id: string, parts: readonly Uint8Array[]): Promise<void> {
    const temporary = join(this.#temporary, id);
    const directory = await this.#directoryOf(id);
    try {
      await this.#writeParts(temporary, parts);
      await this.#fs.rename(temporary, join(directory, id));
      await this.#syncDirectory(directory);
    } catch (error) {
      // Somebody may have removed the directories; the next write makes them again.
      this.#made.clear();
      await this.discard(id).catch(() => undefined);
      throw error;
    }
  }

  /** The whole file in an array of its own, or `undefined` where there is none. A file of another size is answered as "resized". */
  async read(id: string, bytes: number): Promise<Uint8Array<ArrayBuffer> | "resized" | undefined> {
    const file = await this.#openValue(id);
    if (file === undefined) return undefined;
    try {
      // One byte more than expected shows a file that is too long without asking for its size.
      const whole = Buffer.allocUnsafeSlow(bytes + 1);
      const got = await this.#readFully(file, whole);
      return got === bytes ? new Uint8Array(whole.buffer, 0, bytes) : "resized";
    } finally {
      // Nothing was written, so a failing close says nothing about the bytes.
      this.#fs.close(file).catch(() => undefined);
    }
  }

  /** Removes a written file; that it is not there is no failure. Who has it open reads on. */
  async remove(id: string): Promise<void> {
    await this.#unlink(join(this.#values, id.slice(0, 2), id));
  }

  /** Removes what a write that did not end may have left. */
  async discard(id: string): Promise<void> {
    await this.#unlink(join(this.#temporary, id));
    await this.remove(id);
  }

  /** Ids of all files in one directory, temporary ones of all directories where `name` is "tmp". */
  async list(name: string): Promise<readonly string[]> {
    const path = name === "tmp" ? this.#temporary : join(this.#values, name);
    try {
      return await this.#fs.readdir(path);
    } catch (error) {
      if (failureCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  async #writeParts(path: string, parts: readonly Uint8Array[]): Promise<void> {
    const file = await this.#fs.open(path, "wx");
    try {
      for (const part of parts)
        for (let done = 0; done < part.byteLength;) done += await this.#fs.write(file, part, done);
      await this.#fs.sync(file);
    } finally {
      await this.#fs.close(file);
    }
  }

  async #readFully(file: number, target: Uint8Array): Promise<number> {
    let got = 0;
    while (got < target.byteLength) {
      const length = Math.min(target.byteLength - got, LONGEST_READ);
      const bytes = await this.#fs.read(file, target, got, length);
      got += bytes;
      // A local file gives all that it has at once, so the byte beyond the end need not be asked for again.
      if (bytes === 0 || got === target.byteLength - 1) break;
    }
    return got;
  }

  async #openValue(id: string): Promise<number | undefined> {
    try {
      return await this.#fs.open(join(this.#values, id.slice(0, 2), id), "r");
    } catch (error) {
      if (failureCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async #directoryOf(id: string): Promise<string> {
    const directory = join(this.#values, id.slice(0, 2));
    for (const path of [this.#temporary, directory]) {
      if (this.#made.has(path)) continue;
      await this.#fs.mkdir(path);
      await this.#syncDirectory(dirname(path));
      this.#made.add(path);
    }
    return directory;
  }

  async #syncDirectory(path: string): Promise<void> {
    // Windows has no way to flush a directory.
    if (process.platform === "win32") return;
    const directory = await this.#fs.open(path, "r");
    try {
      await this.#fs.sync(directory);
    } finally {
      await this.#fs.close(directory);
    }
  }

  async #unlink(path: string): Promise<void> {
    try {
      await this.#fs.unlink(path);
    } catch (error) {
      if (failureCode(error) !== "ENOENT") throw error;
    }
  }
}
