// `npm run services`, except that the addresses go into the file that the first argument names.
import { runServices } from "../src/services/run-services.ts";

const [envFile = "", ...args] = process.argv.slice(2);

process.exit(
  await runServices(args, {
    envFile,
    print: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
  }),
);
