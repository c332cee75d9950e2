import { Command, InvalidArgumentError, Option } from "commander";
import { STRATEGIES } from "./agent/strategy.ts";
import { sameConfig, type CommandContext } from "./commands/command-context.ts";
import { demoCommand, type DemoCommandOptions } from "./commands/demo-command.ts";
import { ingestCommand, type IngestCommandOptions } from "./commands/ingest-command.ts";
import { searchCommand, type SearchCommandOptions } from "./commands/search-command.ts";

/** The app's command line: the demo without a command, `ingest` and `search`. */
export function makeProgram(context: CommandContext): Command {
  const program = new Command("npm start --")
    .description("Ingest videos and search them, through the cache")
    .showHelpAfterError("(npm start -- --help lists what there is)")
    .configureOutput({ writeErr: context.note, writeOut: context.write })
    .exitOverride();
  settings(
    program
      .command("demo", { isDefault: true })
      .description("ingest the sample for two tenants and search it: cold, warm, after a restart"),
  )
    .option("--for <minutes>", "ask on for so long, for who looks at dashboards", wholeNumber)
    .allowExcessArguments()
    .action((options: DemoCommandOptions, command: Command) => {
      const [word] = command.args;
      if (word === undefined) return demoCommand(context, options);
      return command.error(
        `error: there is no command ${word}; for a film: npm start -- ingest ${word}${sameConfig(options)}`,
      );
    });
  tenantOf(
    program
      .command("ingest <file...>")
      .description("make videos searchable; what is cached is not computed again"),
  )
    .option("--force", "compute everything anew")
    .addHelpText("after", examples("ingest film.mp4 holidays/*.mkv", "ingest film.mp4 --force"))
    .action((files: readonly string[], options: IngestCommandOptions) =>
      ingestCommand(context, files, options),
    );
  tenantOf(program.command("search <query>").description("ask for moments in what was ingested"))
    .addOption(
      new Option(
        "-s, --strategy <name>",
        "how to search; similar: by a moment VIDEO_ID@MS, as hits print it, or a picture's path",
      )
        .choices(STRATEGIES)
        .default("text"),
    )
    .option("-k, --top-k <n>", "so many hits", wholeNumber, 10)
    .option("--video <id...>", "only in these videos; the beginning of an id will do")
    .option("--from <ms>", "only moments at or after", wholeNumber)
    .option("--to <ms>", "only moments before", wholeNumber)
    .addHelpText(
      "after",
      examples(
        'search "a rabbit yawns in the sun" --tenant acme',
        'search "stretching" --strategy transcript --json',
        "search picture.jpg --strategy similar --top-k 3",
      ),
    )
    .action((query: string, options: SearchCommandOptions) =>
      searchCommand(context, query, options),
    );
  return program;
}

function tenantOf(command: Command): Command {
  return settings(command.option("-t, --tenant <id>", "whose videos", "acme"));
}

function settings(command: Command): Command {
  return command
    .option("-c, --config <file>", "configuration of the cache; default: configs/embedded.yaml")
    .option("--json", "print one JSON document");
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && text.trim() !== "") return value;
  throw new InvalidArgumentError("Use a whole number.");
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  npm start -- ${line}`).join("\n")}`;
}
