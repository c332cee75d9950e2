import { checkPrograms } from "@cogniverse/testkit";
import { coreNode } from "./core-nodes.ts";
import type { Share, Told } from "./worker-messages.ts";

const interruption = new AbortController();
/** Nobody listens any more once the parent closed the channel, which is how it ends a worker. */
const tell = (told: Told): void => {
  if (process.connected) process.send?.(told, undefined, undefined, () => undefined);
};

process.once("message", (share: Share) => void run(share));
process.once("disconnect", () => interruption.abort());
// The terminal sends it to the whole group; the parent says what to do.
process.on("SIGINT", () => undefined);

async function run(share: Share): Promise<void> {
  const { signal } = interruption;
  const onProgress = (figures: Told["figures"]): void => tell({ figures, isOver: false });
  const { failure, ...figures } = await checkPrograms(coreNode, { ...share, signal, onProgress });
  tell(failure === undefined ? { figures, isOver: true } : { figures, isOver: true, failure });
  if (process.connected) process.disconnect();
}
