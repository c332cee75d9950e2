import yoctoSpinner from "yocto-spinner";

/** So often a pipe gets a line. */
const LINE_MS = 10_000;
const BAR_WIDTH = 24;

/** Says how far a command has got: a bar that rewrites itself on a terminal, at once and then now and again a line in a pipe. */
export interface WorkProgress extends Disposable {
  /** `share`: of the whole, from 0 to 1. */
  show(share: number, text: string): void;
}

/** `stream`: where to. `starting`: what a terminal is told before the first share. */
export function workProgress(stream: NodeJS.WriteStream, starting: string): WorkProgress {
  if (!stream.isTTY) return lines(stream);
  const spinner = yoctoSpinner({ stream, text: starting }).start();
  return {
    show: (share, text) => void (spinner.text = `${bar(share)} ${percentOf(share)} ${text}`),
    [Symbol.dispose]: () => void spinner.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): WorkProgress {
  let nextAt = performance.now();
  return {
    show(share, text) {
      if (performance.now() < nextAt) return;
      nextAt = performance.now() + LINE_MS;
      stream.write(`${percentOf(share)}: ${text}\n`);
    },
    [Symbol.dispose]: () => undefined,
  };
}

function percentOf(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  return `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)}`;
}
