import { UnavailableError } from "../unavailable-error.ts";
import { defaultEnvFile } from "./env-file.ts";
import { runServices } from "./run-services.ts";

const output = {
  print: (text: string) => void process.stdout.write(text),
  complain: (text: string) => void process.stderr.write(text),
  envFile: defaultEnvFile,
};

try {
  // Ends an install as well that an interrupt has met.
  process.exit(await runServices(process.argv.slice(2), output));
} catch (error) {
  if (!(error instanceof UnavailableError)) throw error;
  output.complain(`${error.message}\n`);
  process.exit(1);
}
