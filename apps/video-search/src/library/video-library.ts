import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { VideoProbe } from "../media/probe-video.ts";
import type { Sidecar } from "../media/subtitles.ts";

/** One film of a tenant: where it lies and what it is. Not cached: this is what the cache is computed from. */
export type VideoRecord = Readonly<{
  /** SHA-256 of the file's bytes, hex. */
  videoId: string;
  path: string;
  title: string;
  probe: VideoProbe;
  sidecar: (Sidecar & { readonly sha256: string }) | null;
}>;

/** The films that each tenant ingested: one small file each, so that processes do not overwrite each other's. */
export class VideoLibrary {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds or replaces; resolves whether anything changed. */
  async add(tenantId: string, record: VideoRecord): Promise<boolean> {
    const folder = this.#folderOf(tenantId);
    const file = join(folder, `${record.videoId}.json`);
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    if ((await readFile(file, "utf8").catch(() => "")) === text) return false;
    await mkdir(folder, { recursive: true });
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      await writeFile(temporary, text, { flush: true });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return true;
  }

  /** Every film of the tenant, by id. */
  async list(tenantId: string): Promise<readonly VideoRecord[]> {
    const folder = this.#folderOf(tenantId);
    const names = (await readdir(folder).catch(() => []))
      .filter((name) => name.endsWith(".json"))
      .sort();
    return Promise.all(
      names.map(async (name) => parseRecord(await readFile(join(folder, name), "utf8"))),
    );
  }

  #folderOf(tenantId: string): string {
    return join(this.#folder, encodeURIComponent(tenantId));
  }
}

function parseRecord(text: string): VideoRecord {
  // Written by `add` alone.
  return JSON.parse(text) as VideoRecord;
}
