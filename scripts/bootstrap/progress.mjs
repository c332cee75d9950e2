import { stripVTControlCharacters } from "node:util";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const spinMs = 100;
const pipeEveryMs = 10_000;
const clearLine = "\r\u001B[2K";

/**
 * @typedef {object} ProgressStream
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 * @property {(text: string) => unknown} write
 */

/**
 * Says what is being done while it is done: one moving line on a terminal, plain lines in a pipe.
 *
 * @typedef {object} Progress
 * @property {<T>(title: string, task: (note: (chunk: string) => void) => Promise<T>) => Promise<T>} step
 *   shows `title` and the newest line given to `note` until the task ends; a rejection passes on
 * @property {() => void} clear takes the moving line away
 *
 * @param {ProgressStream} stream
 * @returns {Progress}
 */
export function createProgress(stream) {
  const tty = stream.isTTY === true;
  const clear = () => void (tty && stream.write(clearLine));

  return {
    clear,
    async step(title, task) {
      const startedAt = performance.now();
      let newest = "";
      let frame = 0;
      const seconds = () => Math.round((performance.now() - startedAt) / 1000);
      const draw = () => {
        // Some terminals say they have 0 columns.
        const line = stillLine(`${title}  ${seconds()} s  ${newest}`, (stream.columns || 80) - 3);
        stream.write(`${clearLine}${frames[frame++ % frames.length]} ${line}`);
      };
      if (!tty) stream.write(`- ${title}\n`);
      const timer = tty
        ? setInterval(draw, spinMs)
        : setInterval(() => stream.write(`  ${title}: ${seconds()} s  ${newest}\n`), pipeEveryMs);
      const end = (/** @type {string} */ mark) => {
        clearInterval(timer);
        clear();
        stream.write(`${mark} ${title}  ${took(performance.now() - startedAt)}\n`);
      };
      try {
        const result = await task((chunk) => (newest = lastLine(chunk) ?? newest));
        end("✓");
        return result;
      } catch (error) {
        end("✗");
        throw error;
      }
    },
  };
}

/**
 * @param {string} chunk program output, perhaps coloured, perhaps with several lines
 * @returns {string | undefined} its last line that says something
 */
export function lastLine(chunk) {
  return stripVTControlCharacters(chunk)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .findLast((line) => line !== "");
}

/**
 * @param {string} text
 * @param {number} columns a longer line would wrap and could not be taken away again
 */
function stillLine(text, columns) {
  return text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text;
}

/** @param {number} elapsedMs */
function took(elapsedMs) {
  return `${(elapsedMs / 1000).toFixed(1)} s`;
}
