// Writes schema/cogniverse-cache.schema.json from the sources; a test compares the two.
import { writeFile } from "node:fs/promises";
import { backendModule as local } from "@cogniverse/cache-local";
import { backendModule as memory } from "@cogniverse/cache-memory";
import { jsonSchema } from "../src/index.ts";

const file = new URL("../schema/cogniverse-cache.schema.json", import.meta.url);
await writeFile(file, `${JSON.stringify(jsonSchema([memory, local]), null, 2)}\n`);
