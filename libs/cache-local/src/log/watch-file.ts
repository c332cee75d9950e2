import { watch } from "node:fs";

/**
 * Calls `changed` after writes to a file by any process of this machine, once for all of one turn of the event loop. By inotify or kqueue, so
 * that nothing runs in between. May be lost or come for nothing; `failed`: nothing more will come. Does not hold the process.
 */
export function watchFile(
  path: string,
  changed: () => void,
  failed: (error: unknown) => void,
): Disposable {
  let scheduled: NodeJS.Immediate | undefined;
  const tell = (): void => {
    scheduled = undefined;
    changed();
  };
  try {
    const watcher = watch(path, { persistent: false }, () => (scheduled ??= setImmediate(tell)));
    watcher.on("error", (error) => {
      watcher.close();
      failed(error);
    });
    const dispose = (): void => {
      clearImmediate(scheduled);
      watcher.close();
    };
    return { [Symbol.dispose]: dispose };
  } catch (error) {
    failed(error);
    return { [Symbol.dispose]: () => undefined };
  }
}
