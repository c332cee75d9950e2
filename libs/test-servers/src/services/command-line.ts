import { parseArgs } from "node:util";

import { serviceKinds, usualKinds, type ServiceKind } from "./service-set.ts";

const names = serviceKinds.map(({ name }) => name).join(", ");
const namesOnDemand = serviceKinds
  .filter(({ onDemand }) => onDemand)
  .map(({ name }) => name)
  .join(", ");

export const usage: string = `npm run services [-- OPTIONS]

Installs what is missing into .services/, starts servers on free ports of the loopback interface,
writes their addresses to .services/.env and stops them with Ctrl-C. A server that REDIS_URL,
S3_ENDPOINT, S3_SECOND_ENDPOINT, GCS_ENDPOINT, PHOENIX_COLLECTOR_ENDPOINT or PROMETHEUS_URL names is
used instead of an own one.

  --with NAMES      also these, which start for who names them: ${namesOnDemand}
  --only NAMES      only these of ${names}, with commas between
  --addresses FILE  writes them there instead
  --json            prints one line of JSON when all answer
  --help            this text

Exit codes: 1 a server cannot be installed, does not start or has died, 2 wrong usage,
128 + its number after a signal (Ctrl-C: 130).
`;

/** What was asked for. */
export type Request =
  | Readonly<{ kind: "help" }>
  | Readonly<{ kind: "wrong"; problem: string }>
  | Readonly<{
      kind: "run";
      json: boolean;
      kinds: readonly ServiceKind[];
      /** In the place of the usual file. */
      envFile?: string;
    }>;

/** @param args Without the program's own name. */
export function parseCommandLine(args: readonly string[]): Request {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        with: { type: "string" },
        addresses: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    return runRequest(values);
  } catch (error) {
    return { kind: "wrong", problem: error instanceof Error ? error.message : String(error) };
  }
}

type Wish = Readonly<{ json: boolean; only?: string; with?: string; addresses?: string }>;

function runRequest({ json, only, with: also, addresses: envFile }: Wish): Request {
  const wanted = new Set([
    ...(only === undefined ? usualKinds.map(({ name }) => name) : namesIn(only)),
    ...(also === undefined ? [] : namesIn(also)),
  ]);
  const unknown = [...wanted].filter((name) => !serviceKinds.some((kind) => kind.name === name));
  if (unknown.length > 0) {
    return { kind: "wrong", problem: `no server "${unknown.join('", "')}"; there are ${names}` };
  }
  const kinds = serviceKinds.filter(({ name }) => wanted.has(name));
  return { kind: "run", json, kinds, ...(envFile === undefined ? {} : { envFile }) };
}

function namesIn(list: string): readonly string[] {
  return list.split(",").map((name) => name.trim());
}
