import Table from "cli-table3";
import type { ArtefactReport } from "../ingest/artefact-report.ts";

/** One table: what was computed, what was served from where. */
export function reportTable(title: string, report: ArtefactReport): string {
  const tiers = [...new Set(report.rows().flatMap((row) => Object.keys(row.served)))];
  const table = new Table({
    head: [title, "computed", ...tiers.map((tier) => `from ${tier}`), "size", "time"],
    colAligns: ["left", "right", ...tiers.map(() => "right" as const), "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const row of report.rows()) {
    table.push([
      row.type,
      row.computed,
      ...tiers.map((tier) => row.served[tier] ?? 0),
      size(row.bytes),
      time(row.ms),
    ]);
  }
  return table.toString();
}

/** Bytes for people. */
function size(bytes: number): string {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} KiB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/** Milliseconds for people. */
export function time(ms: number): string {
  return ms < 10
    ? `${ms.toFixed(2)} ms`
    : ms < 1000
      ? `${Math.round(ms)} ms`
      : `${(ms / 1000).toFixed(2)} s`;
}
