// Prints where the Phoenix of the test run is.
import { sharedPhoenix } from "../src/index.ts";

process.stdout.write(`${JSON.stringify(await sharedPhoenix())}\n`);
