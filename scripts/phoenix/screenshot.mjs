import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../bootstrap/children.mjs";
import { Failure } from "../bootstrap/failure.mjs";

/** The page's scripts run for so long, by a clock that Chromium moves. */
const renderMs = 20_000;

/**
 * A picture of a page, by the headless Chromium of the PATH. The sandbox is off: as root Chromium has none, and the page is this machine's.
 *
 * @param {string} url
 * @param {string} file
 * @param {(chunk: string) => void} note
 */
export async function takeScreenshot(url, file, note) {
  const profile = mkdtempSync(join(tmpdir(), "cogniverse-chromium-"));
  const args = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--window-size=1500,860",
    `--user-data-dir=${profile}`,
    `--virtual-time-budget=${renderMs}`,
    `--screenshot=${resolve(file)}`,
    url,
  ];
  try {
    const { code, output } = await run("chromium", args, { onOutput: note });
    if (code !== 0) throw new Failure(`chromium took no picture:\n${output}`);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("chromium is not on the PATH (Debian, Ubuntu: apt-get install chromium).");
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
