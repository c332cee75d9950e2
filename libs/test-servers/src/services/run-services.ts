import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";

import type { Server } from "../server.ts";
import { servicesFolder } from "../services-folder.ts";
import { parseCommandLine, usage, type Request } from "./command-line.ts";
import { removeOwnEnvFile, writeEnvFile } from "./env-file.ts";
import { jsonReport, textReport } from "./report.ts";
import { startServices, stopServices, variablesOf, type Service } from "./service-set.ts";

/** Where text and addresses go. */
export type Output = Readonly<{
  print(text: string): void;
  complain(text: string): void;
  envFile: string;
}>;

/** Starts the servers and stays until a signal comes or a server dies. Gives the exit code. */
export async function runServices(args: readonly string[], output: Output): Promise<number> {
  const request = parseCommandLine(args);
  if (request.kind === "help") output.print(usage);
  if (request.kind === "wrong") output.complain(`${request.problem}\nnpm run services -- --help\n`);
  if (request.kind !== "run") return request.kind === "help" ? 0 : 2;
  const { envFile = output.envFile } = request;
  return runSet(request, { ...output, envFile });
}

async function runSet(
  { kinds, json }: Extract<Request, { kind: "run" }>,
  output: Output,
): Promise<number> {
  const interrupted = nextSignal();
  const set = await Promise.race([interrupted, startServices(kinds)]);
  // Whoever ends the process now also ends what is being started.
  if (typeof set === "number") return set;
  const { services, missing } = set;
  try {
    const reasons = Object.entries(missing).map(([name, reason]) => `${name}: ${reason}\n`);
    if (reasons.length > 0) {
      output.complain(`${reasons.join("\n")}\n--only starts the others.\n`);
      return 1;
    }
    await writeEnvFile(output.envFile, variablesOf(services));
    output.print((json ? jsonReport : textReport)(services, output.envFile));
    const end = await Promise.race([interrupted, firstDeath(services)]);
    if (typeof end === "number") return end;
    output.complain(`${end.title} has ended\n${await lastWords(end)}\nThe others are stopped.\n`);
    return 1;
  } finally {
    await removeOwnEnvFile(output.envFile);
    await stopServices(services);
  }
}

type Dead = Readonly<{ name: string; title: string; server: Server }>;

/** Fulfils with what died. */
async function firstDeath(services: readonly Service[]): Promise<Dead> {
  const deaths = services.flatMap(({ kind: { name, title }, server }) =>
    server ? [server.ended.then(() => ({ name, title, server }))] : [],
  );
  // Without a server of our own there is nothing that could die, but the process has to stay.
  const staying = setInterval(() => undefined, 60_000);
  try {
    return await Promise.race([...deaths, new Promise<never>(() => undefined)]);
  } finally {
    clearInterval(staying);
  }
}

const shownLines = 20;

/** The last lines of the log; the whole of it is kept, since the server's own folder goes. */
async function lastWords({ name, server }: Dead): Promise<string> {
  const kept = join(servicesFolder, `${name}.log`);
  await copyFile(server.logFile, kept);
  const lines = (await server.log()).trimEnd().split("\n");
  return `${lines.slice(-shownLines).join("\n")}\nIts whole log: ${kept}`;
}

/** The exit code that a shell expects after the signal that comes first. */
async function nextSignal(): Promise<number> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  return Promise.race(
    signals.map(async (name) => {
      await once(process, name);
      return 128 + constants.signals[name];
    }),
  );
}
