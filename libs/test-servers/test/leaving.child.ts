// Starts a server, tells of it, and has nothing more to do.
import { startRedis } from "../src/index.ts";

const { pid, dir } = await startRedis();
process.stdout.write(`${JSON.stringify([{ pid, dir }])}\n`);
