import { keys } from "@cogniverse/core";
import { createCache } from "@cogniverse/runtime";

await using cache = await createCache({ configPath: "cache.yaml" });
const acme = cache.forTenant("acme");
const key = keys.transcription({ video: "lecture-1" });
const transcript = await acme.getOrCompute(key, () => ({ text: "computed once" }));
const info = await acme.getWithInfo(key);
console.log(transcript, info.hit && info.tier, cache.report.degraded);
