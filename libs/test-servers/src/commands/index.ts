export { reportOf, runCommand, type CommandOptions, type EndedCommand } from "./run-command.ts";
