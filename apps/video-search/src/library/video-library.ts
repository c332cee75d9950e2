import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "@cogniverse/core";
import type { Clock } from "@cogniverse/sdk";
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

/** What a folder held while it looked like this. */
type Known = Readonly<{ stamp: string; videos: readonly VideoRecord[] }>;

/** Two changes within so long may leave a folder with the same time of change, in milliseconds: Linux counts in ticks of 1 to 10. */
const TICK_MS = 100;

/** The same where times are whole seconds: FAT counts in steps of two. */
const COARSE_TICK_MS = 2000;

/** The films that each tenant ingested: one small file each, so that processes do not overwrite each other's. */
export class VideoLibrary {
  readonly #folder: string;
  readonly #clock: Pick<Clock, "now">;
  readonly #known = new Map<string, Known>();

  constructor(folder: string, clock: Pick<Clock, "now"> = systemClock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Adds or replaces. */
  async add(tenantId: string, record: VideoRecord): Promise<void> {
    const folder = this.#folderOf(tenantId);
    const file = join(folder, `${record.videoId}.json`);
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    if ((await readFile(file, "utf8").catch(() => "")) === text) return;
    await mkdir(folder, { recursive: true });
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      await writeFile(temporary, text, { flush: true });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /**
   * Every film of the tenant, by id. Read again only after the folder changed, whoever changed it: `add` puts whole files into it, which moves the
   * folder's own time of change.
   */
  async list(tenantId: string): Promise<readonly VideoRecord[]> {
    const folder = this.#folderOf(tenantId);
    const before = await this.#look(folder);
    const known = this.#known.get(tenantId);
    if (known !== undefined && known.stamp === before.stamp) return known.videos;
    const videos = await readVideos(folder);
    // One that changed just now may change again and look the same: it is remembered once it has been left alone.
    if (before.settled && (await this.#look(folder)).stamp === before.stamp)
      this.#known.set(tenantId, { stamp: before.stamp, videos });
    return videos;
  }

  async #look(folder: string): Promise<Readonly<{ stamp: string; settled: boolean }>> {
    const found = await stat(folder, { bigint: true }).catch(() => undefined);
    if (found === undefined) return { stamp: "absent", settled: true };
    const { dev, ino, mtimeNs, ctimeNs, mtimeMs } = found;
    const tickMs = mtimeNs % 1_000_000_000n === 0n ? COARSE_TICK_MS : TICK_MS;
    const settled = Number(mtimeMs) + tickMs < this.#clock.now();
    return { stamp: [dev, ino, mtimeNs, ctimeNs].join(" "), settled };
  }

  #folderOf(tenantId: string): string {
    return join(this.#folder, encodeURIComponent(tenantId));
  }
}

async function readVideos(folder: string): Promise<readonly VideoRecord[]> {
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith(".json"))
    .sort();
  return Promise.all(
    names.map(async (name) => parseRecord(await readFile(join(folder, name), "utf8"))),
  );
}

function parseRecord(text: string): VideoRecord {
  // Written by `add` alone.
  return JSON.parse(text) as VideoRecord;
}
