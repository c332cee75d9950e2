import { App } from "../../src/app.ts";
import { CheapModels } from "../support/cheap-models.ts";

// node test/app/ingest-film.child.ts FILE: ingests it with models that take no memory; prints the most memory ever held, as JSON.
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: ingest-film.child.ts FILE");
await using app = await App.open({ models: new CheapModels() });
const { frames, chunks } = await app.processor.ingest(path, "acme");
await app.cache.flush();
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ frames, chunks, peakBytes }));
