import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { GuardedProcess, type Launch } from "./process/guarded-process.ts";
import { waitUntilStopped } from "./process/wait-until-stopped.ts";
import { makeServerFolder } from "./services-folder.ts";

const startLimitMs = 120_000;
const stopLimitMs = 20_000;
const pollMs = 10;
const maxPortTries = 10;
const portIsTaken = /address already in use|is already in use|EADDRINUSE|failed listening on port/i;

/** How one kind of server starts, is seen to be ready and ends. */
export type Recipe<Ports> = Readonly<{
  name: string;
  /** Called again with each new try, since a port may be lost to somebody else. */
  findPorts(): Promise<Ports>;
  /** `dataFolder` exists, and is empty at the first start. */
  launch(ports: Ports, dataFolder: string): Launch | Promise<Launch>;
  /** Whether this very process answers, told from what it has printed so far. */
  isReady(ports: Ports, log: string): boolean | Promise<boolean>;
  /** Signal that ends the server after it has written everything it keeps. */
  saveSignal: NodeJS.Signals;
  /** What keeps data over a SIGKILL, or why nothing does. */
  keepsAfterKill: true | string;
  /** What keeps data over a polite end, or why nothing does. */
  keepsAfterStop: true | string;
}>;

/** A server that runs. */
export type Started<Ports> = Readonly<{
  recipe: Omit<Recipe<Ports>, "findPorts" | "launch" | "isReady">;
  ports: Ports;
  folder: string;
  dataFolder: string;
  process: GuardedProcess;
  /** Starts it once more on the same ports, after it has ended. */
  startAgain(): Promise<GuardedProcess>;
}>;

type Place<Ports> = Readonly<{ ports: Ports; folder: string; dataFolder: string }>;

/** Starts a server in a new folder and waits until it answers, for 120 s at most. */
export async function launch<Ports>(recipe: Recipe<Ports>): Promise<Started<Ports>> {
  const folder = await makeServerFolder(recipe.name);
  const dataFolder = join(folder, "data");
  for (let tries = 1; ; tries += 1) {
    await mkdir(dataFolder, { recursive: true });
    const ports = await recipe.findPorts();
    try {
      const place = { ports, folder, dataFolder };
      const startAgain = (): Promise<GuardedProcess> => startProcess(recipe, place);
      return { recipe, ...place, process: await startAgain(), startAgain };
    } catch (error) {
      if (!(error instanceof PortTakenError) || tries === maxPortTries) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
      await rm(dataFolder, { recursive: true, force: true });
    }
  }
}

async function startProcess<Ports>(
  recipe: Recipe<Ports>,
  { ports, folder, dataFolder }: Place<Ports>,
): Promise<GuardedProcess> {
  const logFile = logFileIn(folder);
  await rm(logFile, { force: true });
  const child = await GuardedProcess.start(await recipe.launch(ports, dataFolder), {
    logFile,
    folder,
  });
  const limitAt = performance.now() + startLimitMs;
  for (;;) {
    const { hasEnded } = child;
    const log = await readFile(logFile, "utf8").catch(() => "");
    if (hasEnded) throw startFailure(recipe.name, "ended at its start", log);
    if (await recipe.isReady(ports, log)) return child;
    if (performance.now() > limitAt) {
      child.signal("SIGKILL");
      await child.waitForEnd();
      throw startFailure(recipe.name, `did not answer within ${startLimitMs} ms`, log);
    }
    await delay(pollMs);
  }
}

function logFileIn(folder: string): string {
  return join(folder, "log");
}

class PortTakenError extends Error {
  override readonly name = "PortTakenError";
}

function startFailure(name: string, what: string, log: string): Error {
  const message = `${name} ${what}. It printed:\n${log.split("\n").slice(-30).join("\n")}`;
  return portIsTaken.test(log) ? new PortTakenError(message) : new Error(message);
}

/** What every server can be made to do. A pause outlives nothing: stop, kill and restart work on a paused server too. */
export class Server implements AsyncDisposable {
  readonly #started: Started<unknown>;
  #process: GuardedProcess;
  #wasKilled = false;
  #stopped = false;

  constructor(started: Started<unknown>) {
    this.#started = started;
    this.#process = started.process;
  }

  /** Of the server itself; a new one after each restart. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Where it keeps its data; removed by `stop`. */
  get dir(): string {
    return this.#started.dataFolder;
  }

  /** Fulfils when the process that runs now has ended, for whatever reason. */
  get ended(): Promise<void> {
    return this.#process.ended;
  }

  /** What it has printed since its last start; empty once it was stopped. */
  async log(): Promise<string> {
    return readFile(this.logFile, "utf8").catch(() => "");
  }

  /** Where it prints to; begins anew with each start, and `stop` removes it. */
  get logFile(): string {
    return logFileIn(this.#started.folder);
  }

  /** Ends it politely and removes its data: it cannot be started again. Does nothing the second time. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#end("SIGTERM");
    await rm(this.#started.folder, { recursive: true, force: true });
  }

  /** SIGKILL: the server neither says goodbye nor writes anything. Its data stays for a restart. */
  async kill(): Promise<void> {
    if (!this.#process.hasEnded) this.#wasKilled = true;
    this.#process.signal("SIGKILL");
    await this.#process.waitForEnd();
  }

  /** SIGSTOP, with all threads stopped on return: connections stay open, the system accepts new ones, nobody answers. */
  pause(): void {
    this.#process.signal("SIGSTOP");
    waitUntilStopped(this.#process.pid);
  }

  /** SIGCONT */
  resume(): void {
    this.#process.signal("SIGCONT");
  }

  /**
   * Ends it politely if it still runs and starts it on the same ports. With `keepData` it is an error where the server
   * cannot have kept its data, so that no test takes an empty server for one that lost nothing.
   */
  async restart({ keepData }: { readonly keepData: boolean }): Promise<void> {
    const { recipe, dataFolder } = this.#started;
    if (this.#stopped) throw new Error(`${recipe.name} was stopped and its data removed`);
    if (keepData) this.#checkThatDataIsKept();
    await this.#end(recipe.saveSignal);
    if (!keepData) await rm(dataFolder, { recursive: true, force: true });
    await mkdir(dataFolder, { recursive: true });
    this.#process = await this.#started.startAgain();
    this.#wasKilled = false;
  }

  /** The same as `stop`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #checkThatDataIsKept(): void {
    const { recipe } = this.#started;
    const kept = this.#wasKilled ? recipe.keepsAfterKill : recipe.keepsAfterStop;
    if (kept !== true) throw new Error(`${recipe.name} has not kept its data: ${kept}`);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    child.signal(signal);
    // A stopped process only hears a signal once it goes on.
    child.signal("SIGCONT");
    const timer = setTimeout(() => child.signal("SIGKILL"), stopLimitMs);
    await child.waitForEnd();
    clearTimeout(timer);
  }
}
