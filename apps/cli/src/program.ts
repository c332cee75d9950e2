import tab from "@bomb.sh/tab/commander";
import { Command, InvalidArgumentError, Option } from "commander";
import { configCheckCommand, configSchemaCommand } from "./commands/config-commands.ts";
import { doctorCommand } from "./commands/doctor-command.ts";
import { depsCommand } from "./commands/deps-command.ts";
import { infoCommand } from "./commands/info-command.ts";
import { getCommand, listCommand } from "./commands/read-commands.ts";
import { purgeCommand } from "./commands/purge-command.ts";
import { statsCommand } from "./commands/stats-command.ts";
import { sweepCommand } from "./commands/sweep-command.ts";
import { whyCommand } from "./commands/why-command.ts";
import { invalidateCommand, putCommand } from "./commands/write-commands.ts";
import { packageVersion } from "./package-version.ts";
import type { Session } from "./session.ts";

/** The whole command line. Running it is `parseAsync`; errors come out as thrown. */
export function makeProgram(session: Session): Command {
  const program = new Command("cogniverse-cache")
    .description("Look into a Cogniverse cache, change it, and check its configuration")
    .version(packageVersion())
    .showHelpAfterError("(add --help to see what there is)")
    .configureOutput({
      writeOut: (text) => session.output.write(text),
      writeErr: (text) => session.output.note(text.trimEnd()),
    })
    .exitOverride();
  addReads(program, session);
  addWrites(program, session);
  addPurge(program, session);
  addConfig(program, session);
  addDoctor(program, session);
  tab(program);
  return program;
}

function addReads(program: Command, session: Session): void {
  onTenant(program.command("get <key>").description("print a value, or write it to a file"))
    .option("-o, --output <file>", "write the value's own bytes to a file")
    .addHelpText(
      "after",
      examples(
        "cogniverse-cache get experiments/e1/results.json --tenant acme",
        "cogniverse-cache get experiments/e1/weights.npz -o weights.npz --tenant acme",
        "cogniverse-cache get experiments/e1/weights.npz --tenant acme | cmp - weights.npz",
      ),
    )
    .action((key, options) => getCommand(session, key, options));
  onTenant(program.command("ls [prefix]").description("list the keys that a get would find"))
    .addHelpText(
      "after",
      examples(
        "cogniverse-cache ls --tenant acme",
        "cogniverse-cache ls experiments/ --tenant acme --json",
      ),
    )
    .action((prefix, options) => listCommand(session, prefix, options));
  onTenant(
    program
      .command("info <key>")
      .description("show every tier's copy: age, lifetime, tags, position, valid or why not"),
  )
    .option("--sources", "list everything that the copy was computed from")
    .addHelpText(
      "after",
      examples("cogniverse-cache info experiments/e1/results.json --tenant acme --sources"),
    )
    .action((key, options) => infoCommand(session, key, options));
  onTenant(
    program
      .command("why <key>")
      .description("show for every tier which record killed its copy, when, from where and why"),
  )
    .addHelpText(
      "after",
      examples("cogniverse-cache why experiments/e1/results.json --tenant acme"),
    )
    .action((key, options) => whyCommand(session, key, options));
  onTenant(
    program.command("deps <key>").description("print the tree of what a value was derived from"),
  )
    .addHelpText(
      "after",
      examples(
        "cogniverse-cache deps experiments/e1/results.json --tenant acme",
        "cogniverse-cache deps experiments/e1/results.json --tenant acme --json",
      ),
    )
    .action((key, options) => depsCommand(session, key, options));
  onTenant(
    program
      .command("stats")
      .description("show what the tiers hold, and what that and the invalidation log cost"),
  )
    .addHelpText("after", examples("cogniverse-cache stats --tenant acme"))
    .action((options) => statsCommand(session, options));
}

function addWrites(program: Command, session: Session): void {
  onTenant(
    program
      .command("put <key> [file]")
      .description("store a file, or standard input; older copies die everywhere"),
  )
    .option("--ttl <seconds>", "how long it lives", seconds)
    .option("--never-expires", "it has no end")
    .option("--tag <tag...>", "tags that can kill it later")
    .addOption(
      new Option("--type <type>", "what the bytes are; default: by the end of the key").choices([
        "json",
        "npz",
        "npy",
        "bytes",
      ]),
    )
    .addHelpText(
      "after",
      examples(
        "cogniverse-cache put experiments/e1/results.json results.json --tenant acme --tag nightly",
        "echo '{\"ok\":true}' | cogniverse-cache put experiments/e2/results.json --ttl 3600 --tenant acme",
      ),
    )
    .action((key, file, options) => putCommand(session, key, file, options));
  onTenant(
    program
      .command("invalidate")
      .description(
        "kill entries on every node and tier; resolves when none can be served any more",
      ),
  )
    .option("--key <key>", "one entry")
    .option("--prefix <prefix>", 'everything below a prefix that ends in "/"')
    .option("--pattern <glob>", "keys by glob: * within a segment, ** across, ?, {a,b}")
    .option("--video <id>", "all artefacts of a video, by its whole id, and what came from them")
    .option("--tag <tag>", "everything that carries the tag")
    .option("--all", "everything of the tenant")
    .option("--dry-run", "only count what would die, also of what was derived from it")
    .option("--no-count", "do not count what dies: quick for a tenant of any size")
    .option(
      "--soft",
      "so far exactly like a hard one; a reader may later be allowed to take such copies",
    )
    .addOption(
      new Option("--wait <until>", "when to return")
        .choices(["everywhere", "durable"])
        .default("everywhere"),
    )
    .option("--reason <text>", "kept with the record")
    .addHelpText(
      "after",
      examples(
        "cogniverse-cache invalidate --tag nightly --tenant acme --dry-run",
        "cogniverse-cache invalidate --pattern 'experiments/*/results.json' --tenant acme",
        "cogniverse-cache invalidate --video $VIDEO --reason 'bad upload' --tenant acme",
      ),
    )
    .action((options) => invalidateCommand(session, options));
  onTenant(
    program
      .command("sweep")
      .description("delete what invalidations have killed: frees room, changes no answer"),
  )
    .option(
      "--rate <copies>",
      "copies looked at in a second, at most; default: 1000",
      copiesASecond,
    )
    .addHelpText(
      "after",
      examples(
        "cogniverse-cache sweep --tenant acme",
        "cogniverse-cache sweep --tenant acme --rate 200",
        "cogniverse-cache sweep --tenant acme --json",
      ),
    )
    .action((options) => sweepCommand(session, options));
}

function addPurge(program: Command, session: Session): void {
  onTenant(
    program
      .command("purge")
      .description("remove a tenant: dead at once everywhere, then gone from every tier"),
  )
    .option("-y, --yes", "do not ask; needed where nobody can be asked")
    .option("--reason <text>", "kept with the record")
    .addHelpText(
      "after",
      examples("cogniverse-cache purge --tenant globex --yes --reason 'contract ended'"),
    )
    .action((options) => purgeCommand(session, options));
}

function addConfig(program: Command, session: Session): void {
  const config = program.command("config").description("check a configuration, print its schema");
  common(
    config
      .command("check [file]")
      .description("show everything that is wrong at once, with its place, and what servers say"),
  )
    .option("--offline", "look at no server")
    .addHelpText(
      "after",
      examples(
        "cogniverse-cache config check configs/embedded.yaml",
        "cogniverse-cache config check configs/embedded.yaml --offline --json",
      ),
    )
    .action((file, options) => configCheckCommand(session, file, options));
  config
    .command("schema")
    .description("print the JSON Schema for editors")
    .addHelpText("after", examples("cogniverse-cache config schema > cogniverse-cache.schema.json"))
    .action(() => configSchemaCommand(session));
}

function addDoctor(program: Command, session: Session): void {
  common(
    program
      .command("doctor")
      .description("try on every tier what the cache relies on, and say what to fix"),
  )
    .addHelpText("after", examples("cogniverse-cache doctor", "cogniverse-cache doctor --json"))
    .action((options) => doctorCommand(session, options));
}

function common(command: Command): Command {
  return command
    .option(
      "-c, --config <file>",
      "configuration; default: $COGNIVERSE_CACHE_CONFIG, cogniverse-cache.yaml, configs/embedded.yaml",
    )
    .option("--json", "print one JSON document");
}

function onTenant(command: Command): Command {
  return common(command).option("-t, --tenant <id>", "whose entries; default: $COGNIVERSE_TENANT");
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Use seconds above 0.");
}

function copiesASecond(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Use copies a second above 0.");
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
