import { dataFolder } from "../services-folder.ts";
import { exampleBucket } from "./buckets.ts";
import type { Service } from "./service-set.ts";

/** What `--json` prints, on one line. */
export function jsonReport(services: readonly Service[], envFile: string): string {
  const described = services.map(({ kind, address, server }) => ({
    name: kind.name,
    variable: kind.variable,
    address: maskLogin(address),
    given: server === undefined,
    ...(server ? { pid: server.pid, dataFolder: server.dir } : {}),
  }));
  return `${JSON.stringify({ pid: process.pid, envFile, services: described })}\n`;
}

/** What people read. */
export function textReport(services: readonly Service[], envFile: string): string {
  const rows = services.map(({ kind, address, server }) => [
    kind.title,
    maskLogin(address),
    server ? `process ${server.pid}` : `given by ${kind.variable}`,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
  const data = services.some(({ server }) => server)
    ? `Data: ${dataFolder}/${process.pid}-* (removed at the end)\n`
    : "";
  return `${table.join("\n")}\n\nBucket: ${exampleBucket}, on those started here\n${data}Addresses: ${envFile}\nCtrl-C stops them.\n`;
}

/** An address without user and password. */
function maskLogin(address: string): string {
  return address.replace(/\/\/[^/@]*@/, "//***@");
}
