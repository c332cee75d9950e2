import type { ModelFigures } from "@cogniverse/testkit";
import yoctoSpinner from "yocto-spinner";

/** So often a pipe gets a line. */
const LINE_MS = 10_000;

/** Says how far a check has got: a bar that rewrites itself on a terminal, now and then a line in a pipe. */
export interface ModelProgress extends Disposable {
  show(done: ModelFigures): void;
}

/** `programs`: of the whole check. */
export function modelProgress(stream: NodeJS.WriteStream, programs: number): ModelProgress {
  const startedAt = performance.now();
  const text = ({ programs: done }: ModelFigures): string => {
    const seconds = (performance.now() - startedAt) / 1000;
    return `${bar(done / programs)} ${done} of ${programs} programs, ${Math.round(done / seconds)}/s`;
  };
  return stream.isTTY ? live(stream, text) : lines(stream, text);
}

function live(stream: NodeJS.WriteStream, text: (done: ModelFigures) => string): ModelProgress {
  const spinner = yoctoSpinner({ stream, text: "starting" }).start();
  return {
    show: (done) => void (spinner.text = text(done)),
    [Symbol.dispose]: () => void spinner.stop(),
  };
}

function lines(stream: NodeJS.WriteStream, text: (done: ModelFigures) => string): ModelProgress {
  let nextAt = performance.now() + LINE_MS;
  return {
    show(done) {
      if (performance.now() < nextAt) return;
      nextAt += LINE_MS;
      stream.write(`${text(done)}\n`);
    },
    [Symbol.dispose]: () => undefined,
  };
}

function bar(share: number): string {
  const WIDTH = 24;
  const full = Math.round(Math.min(1, share) * WIDTH);
  return `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${Math.floor(share * 100)} %`;
}
