import { stripVTControlCharacters } from "node:util";

const drawEveryMs = 200;
const pipeEveryMs = 10_000;
const eraseLine = "\r\u001B[2K";

/** The part of standard error that is used here. */
export type ProgressStream = Readonly<{
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}>;

/** Says what is being done, several things at a time: one moving line on a terminal, plain lines in a pipe. */
export type Progress = Readonly<{
  /** Shows the task until it ends; a rejection passes on. */
  step<T>(title: string, task: (note: (chunk: string) => void) => Promise<T>): Promise<T>;
  end(): void;
}>;

export function showProgress(stream: ProgressStream): Progress {
  const terminal = stream.isTTY === true;
  const startedAt = performance.now();
  const running = new Map<string, string>();

  const erase = (): void => void (terminal && stream.write(eraseLine));
  const draw = (): void => {
    const tasks = [...running].map(([title, newest]) => `${title}: ${newest}`).join(" | ");
    const line = `Installing, ${took(startedAt)}  ${tasks}`;
    if (terminal) stream.write(eraseLine + line.slice(0, Math.max(1, (stream.columns || 80) - 1)));
    else if (running.size > 0) stream.write(`  ${line}\n`);
  };
  const timer = setInterval(draw, terminal ? drawEveryMs : pipeEveryMs);

  return {
    async step(title, task) {
      const begunAt = performance.now();
      running.set(title, "");
      if (!terminal) stream.write(`- Installing ${title}\n`);
      const end = (mark: string): void => {
        running.delete(title);
        erase();
        stream.write(`${mark} Installing ${title}  ${took(begunAt)}\n`);
      };
      try {
        const result = await task((chunk) => running.set(title, lastLine(chunk)));
        end("✓");
        return result;
      } catch (error) {
        end("✗");
        throw error;
      }
    },
    end() {
      clearInterval(timer);
      erase();
    },
  };
}

function lastLine(chunk: string): string {
  const lines = stripVTControlCharacters(chunk).split(/[\r\n]+/);
  return lines.findLast((line) => line.trim() !== "")?.trim() ?? "";
}

function took(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
