const TAKE_A_VALUE = new Set(["-c", "--config", "-t", "--tenant"]);
const COMMANDS = new Set(["demo", "ingest", "search"]);

/** Puts the command before shared options that stand in front of it, so that both orders are understood. */
export function commandFirst(args: readonly string[]): readonly string[] {
  let before = 0;
  for (let arg = args[0]; arg?.startsWith("-"); arg = args[before]) {
    before += TAKE_A_VALUE.has(arg) ? 2 : 1;
  }
  const command = args[before];
  if (command === undefined || !COMMANDS.has(command)) return args;
  return [command, ...args.slice(0, before), ...args.slice(before + 1)];
}
