// Installs what its argument names, and prints as JSON why that could not be done.
import { install, type Need } from "./install.ts";

// Its one caller passes one.
const need = process.argv[2] as Need;

process.stdout.write(JSON.stringify(await install([need])));
