import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";

import { UnavailableError } from "../unavailable-error.ts";
import { errorCode } from "./error-code.ts";

/**
 * The guard starts the server, tells its real process id on standard output, and holds the reading end of a pipe whose
 * other end only this process has. When this process ends, however it ends, the pipe closes: the guard kills the server
 * and removes its folder. When the server ends by itself the guard ends with its exit code.
 */
const guardScript = `
exec 4<&0 3>&1 >"$1" 2>&1
folder=$2
shift 2
"$@" 3>&- 4<&- &
server=$!
echo "$server" >&3
exec 3>&-
{ read -r _ <&4; : >"$folder.orphan"; kill -9 "$server"; } &
watch=$!
wait "$server"
code=$?
if [ -e "$folder.orphan" ]; then
  rm -rf "$folder" "$folder.orphan"
else
  kill -9 "$watch"
fi
exit "$code"
`;

/** What to run, and where. */
export type Launch = Readonly<{
  command: string;
  args: readonly string[];
  /** Added to this process's environment; `undefined` takes a variable out of it. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Working directory. */
  cwd: string;
}>;

/** Where the guard writes, and what it removes. */
export type GuardedPlace = Readonly<{
  /** Overwritten with everything that the server prints. */
  logFile: string;
  /** Removed when this process dies; not when the server does. */
  folder: string;
}>;

/** A server that cannot outlive this process, not even when this process is killed by SIGKILL. */
export class GuardedProcess {
  /** Of the server itself, so that signals reach it. */
  readonly pid: number;
  /** Fulfils once the server has ended. */
  readonly ended: Promise<void>;
  readonly #guard: ChildProcess;
  #hasEnded = false;

  private constructor(guard: ChildProcess, pid: number) {
    this.#guard = guard;
    this.pid = pid;
    this.ended = new Promise((resolve) => {
      guard.once("exit", () => {
        this.#hasEnded = true;
        resolve();
      });
    });
  }

  /** Fulfils when the server runs, which does not yet mean that it listens. */
  static async start(launch: Launch, place: GuardedPlace): Promise<GuardedProcess> {
    const guard = spawn(
      "/bin/sh",
      ["-c", guardScript, "guard", place.logFile, place.folder, launch.command, ...launch.args],
      {
        cwd: launch.cwd,
        env: { ...process.env, ...launch.env },
        // Out of reach of a Ctrl-C in the terminal: whoever started the server also stops it.
        detached: true,
        stdio: ["pipe", "pipe", "ignore"],
      },
    );
    const pid = await readPid(guard);
    const guarded = new GuardedProcess(guard, pid);
    // A server that still runs is no reason for the process to stay.
    guard.unref();
    unrefPipe(guard.stdin);
    return guarded;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Sends a signal to the server; nothing happens once it has ended. */
  signal(signal: NodeJS.Signals): void {
    try {
      if (!this.#hasEnded) process.kill(this.pid, signal);
    } catch (error) {
      // The server has ended, but the guard has not said so yet.
      if (errorCode(error) !== "ESRCH") throw error;
    }
  }

  /** Waits for the end, during which this process stays. */
  async waitForEnd(): Promise<void> {
    this.#guard.ref();
    await this.ended;
  }
}

async function readPid(guard: ChildProcess): Promise<number> {
  if (guard.pid === undefined) {
    const [error] = await once(guard, "error");
    throw new UnavailableError("/bin/sh could not be started to run a server", { cause: error });
  }
  let text = "";
  for await (const chunk of guard.stdout ?? []) text += String(chunk);
  return Number(text);
}

/** The pipe is a socket of Node, though its type does not say so. */
function unrefPipe(pipe: Writable | null): void {
  if (pipe && "unref" in pipe && typeof pipe.unref === "function") pipe.unref();
  // The guard may be gone when this process closes its end.
  pipe?.on("error", () => undefined);
}
