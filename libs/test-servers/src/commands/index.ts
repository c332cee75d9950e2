export { readArguments, type Arguments } from "./arguments.ts";
export { interruption } from "./interruption.ts";
export { workProgress, type WorkProgress } from "./progress.ts";
export { reportOf, runCommand, type CommandOptions, type EndedCommand } from "./run-command.ts";
