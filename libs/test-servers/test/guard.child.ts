// Starts servers, tells of them, and stays until it is killed.
import { startFakeGcs, startMinistack, startRedis, startSeaweed } from "../src/index.ts";

const servers = await Promise.all([startRedis(), startMinistack(), startSeaweed(), startFakeGcs()]);
// One that hears no other signal.
servers[0].pause();
const told = servers.map(({ pid, dir }) => ({ pid, dir }));
process.stdout.write(`${JSON.stringify(told)}\n`);
setInterval(() => undefined, 60_000);
