// A process of its own on a directory: `worker.child.ts ROLE DIRECTORY SEED`. Reports over IPC; ends when its parent goes.
import { localBackend } from "../../src/index.ts";
import { entryOf, systemContext } from "../open-tier.ts";
import { Serving, type Order } from "./serving.ts";

const [role = "", base_path = "", seed = "0"] = process.argv.slice(2);
const tier = await localBackend({ base_path, max_size_gb: 0.02, min_free_gb: 0 }, systemContext());
process.on("disconnect", () => process.exit(0));

const SIZES = [1, 900, 9_000, 150_000, 600_000];
const report = (message: unknown): void => void process.send?.(message);

/** A value that shows whether it is whole: all its bytes are the same, and its metadata says which and how many. */
function selfDescribing(n: number) {
  const bytes = SIZES[n % SIZES.length] ?? 1;
  const fill = (n * 7 + Number(seed)) % 251;
  return entryOf(bytes, fill, { user: { bytes: String(bytes), fill: String(fill) } });
}

async function overwrite(): Promise<never> {
  for (let n = 0; ; n++) {
    await tier.entries.putEntry("one", selfDescribing(n), "acme");
    if (n % 20 === 0) report(n);
  }
}

async function write(lane: number): Promise<never> {
  for (let n = lane; ; n += 4) {
    await tier.entries.putEntry(`${seed}/${n % 60}`, selfDescribing(n), "acme");
    if (n % 9 === 0) await tier.delete(`${seed}/${(n + 5) % 60}`, "acme");
    if (n % 12 === 0) report(n);
  }
}

async function append(): Promise<never> {
  for (let n = 0; ; n++) {
    const value = `${seed}/${n}`;
    const head = await tier.log.append([
      { tenantId: "acme", scope: { kind: "key", value }, mode: "hard", at: 0, node: seed },
    ]);
    report({ value, position: head?.position });
  }
}

async function serve(): Promise<void> {
  const serving = await Serving.begin(tier.log, report);
  // The parent sends nothing else.
  process.on("message", async (order: Order) => report({ done: await serving.obey(order) }));
}

if (role === "serve") await serve();
report("ready");
if (role === "overwrite") await overwrite();
if (role === "write") await Promise.all([0, 1, 2, 3].map(write));
if (role === "append") await append();
