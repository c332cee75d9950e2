import { App } from "../app.ts";
import { reportTable, time } from "../demo/report-table.ts";
import { ArtefactReport } from "../ingest/artefact-report.ts";
import type { IngestedVideo } from "../ingest/video-processor.ts";
import { UnreadableVideoError } from "../media/unreadable-video-error.ts";
import { describeSaved, savedCompute } from "../telemetry/saved-compute.ts";
import type { CommandContext, CommonOptions } from "./command-context.ts";

/** Options of `ingest`. */
export interface IngestCommandOptions extends CommonOptions {
  readonly tenant: string;
  readonly force?: boolean;
}

/** Makes films searchable. Those that are none are told of at the end, by an `AggregateError` of `UnreadableVideoError`; the others are ingested. */
export async function ingestCommand(
  context: CommandContext,
  files: readonly string[],
  options: IngestCommandOptions,
): Promise<void> {
  await using app = await App.open({ ...context.app, config: options.config });
  const report = new ArtefactReport();
  const videos = [];
  const broken = [];
  for (const file of files) {
    try {
      videos.push(await ingestOne(context, app, file, { ...options, report }));
    } catch (error) {
      // The others may be whole.
      if (!UnreadableVideoError.isInstance(error)) throw error;
      broken.push(error);
      context.progress.stop();
    }
  }
  await app.cache.flush();
  const saved = await savedCompute(app.cache, [options.tenant]);
  if (options.json === true)
    context.write(`${JSON.stringify({ videos, artefacts: report.rows(), saved }, undefined, 2)}\n`);
  else if (videos.length > 0) {
    const ids = videos.map((video) => `${video.title}: ${video.videoId}`);
    context.write(
      `${reportTable("artefact", report)}\n${describeSaved(saved)}\n${ids.join("\n")}\n`,
    );
  }
  if (broken.length > 0) throw new AggregateError(broken, "files that are no films");
}

async function ingestOne(
  { progress, signal }: CommandContext,
  app: App,
  file: string,
  options: IngestCommandOptions & { readonly report: ArtefactReport },
): Promise<
  Omit<IngestedVideo, "video"> & Readonly<{ videoId: string; title: string; ms: number }>
> {
  const startedAt = performance.now();
  const { video, ...counts } = await app.processor.ingest(file, options.tenant, {
    signal,
    report: options.report,
    force: options.force,
    onStep: (step) =>
      progress.step(
        `${step.title}: ${step.name}`,
        step.total > 0 ? `${step.done} of ${step.total}` : "",
      ),
  });
  const ms = performance.now() - startedAt;
  progress.done(
    `${video.title}: ${counts.frames} key frames, ${counts.segments} lines of text, ${counts.computed} computed, ${time(ms)}`,
  );
  return { videoId: video.videoId, title: video.title, ...counts, ms };
}
