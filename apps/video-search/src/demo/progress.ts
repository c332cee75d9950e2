import { styleText } from "node:util";
import yoctoSpinner from "yocto-spinner";

/** Says what is being done: a spinner on a terminal, plain lines elsewhere. */
export interface Progress {
  /** A new step, or more of the one that runs: only the first call with a name prints a line. */
  step(name: string, detail?: string): void;
  /** Ends the step with a line that stays. */
  done(line: string): void;
  /** Ends it without one. */
  stop(): void;
}

/** On standard error, so that data on standard output stays clean. */
export function makeProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? spinner(stream) : lines(stream);
}

function spinner(stream: NodeJS.WriteStream): Progress {
  const spin = yoctoSpinner({ stream });
  return {
    step(name, detail = "") {
      spin.text = detail === "" ? name : `${name} ${styleText("dim", detail)}`;
      if (!spin.isSpinning) spin.start();
    },
    done: (line) => void spin.success(line),
    stop: () => void spin.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let last = "";
  return {
    step(name) {
      if (name !== last) stream.write(`${name}\n`);
      last = name;
    },
    done(line) {
      stream.write(`${line}\n`);
      last = "";
    },
    stop() {
      last = "";
    },
  };
}
