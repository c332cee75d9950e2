import { parseArgs, type ParseArgsConfig } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What a program of the repository was given, or what is wrong with it. */
export type Arguments<O extends Options> = Readonly<
  | { values: ReturnType<typeof parseArgs<{ options: O; strict: true }>>["values"] }
  | { problem: string }
>;

/** Reads the arguments. */
export function readArguments<const O extends Options>(
  args: readonly string[],
  options: O,
): Arguments<O> {
  try {
    return parseArgs({ args: [...args], options, strict: true });
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
