// Writes schema/cogniverse-cache.schema.json from the sources; a test compares the two.
import { writeFile } from "node:fs/promises";
import { installedBackends, jsonSchema } from "../src/index.ts";

const file = new URL("../schema/cogniverse-cache.schema.json", import.meta.url);
await writeFile(file, `${JSON.stringify(jsonSchema(await installedBackends()), null, 2)}\n`);
