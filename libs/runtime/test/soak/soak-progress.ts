import yoctoSpinner from "yocto-spinner";
import type { RoundFigures } from "./soak-round.ts";

/** So often a pipe gets a line. */
const LINE_MS = 10_000;

/** Says how far a soak has got: a bar that rewrites itself on a terminal, now and then a line in a pipe. */
export interface SoakProgress extends Disposable {
  /** `share`: of the whole, from 0 to 1. */
  show(share: number, figures: RoundFigures): void;
}

/** `stream`: where to. */
export function soakProgress(stream: NodeJS.WriteStream): SoakProgress {
  if (!stream.isTTY) return lines(stream);
  const spinner = yoctoSpinner({ stream, text: "starting servers" }).start();
  return {
    show: (share, figures) => void (spinner.text = `${bar(share)} ${textOf(figures)}`),
    [Symbol.dispose]: () => void spinner.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): SoakProgress {
  let nextAt = performance.now();
  return {
    show(share, figures) {
      if (performance.now() < nextAt) return;
      nextAt = performance.now() + LINE_MS;
      stream.write(`${Math.floor(share * 100)} %: ${textOf(figures)}\n`);
    },
    [Symbol.dispose]: () => undefined,
  };
}

function textOf({ deployment, reads, short, long, happened }: RoundFigures): string {
  return `${deployment}: ${reads} reads judged, ${short + long} invalidations, ${happened} faults`;
}

function bar(share: number): string {
  const WIDTH = 24;
  const full = Math.round(Math.min(1, share) * WIDTH);
  return `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${Math.floor(share * 100)} %`;
}
