import { redisBackend } from "../../src/index.ts";
import { systemContext } from "./context.ts";

/** A process that dies in the moment in which its second write is acknowledged. Arguments: url, key prefix, the two keys. */
const [, , url = "", prefix = "", first = "", second = ""] = process.argv;
const backend = await redisBackend({ url, key_prefix: prefix }, systemContext());
await backend.put(first, new Uint8Array(10), "t");
// The first one of a while is listed at once, this one a little later.
await backend.put(second, new Uint8Array(10), "t");
process.kill(process.pid, "SIGKILL");
