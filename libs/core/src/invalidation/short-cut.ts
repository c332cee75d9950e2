import type { ShortCut } from "@cogniverse/sdk";

/** The incarnation in a naming; see {@link ShortCut}. */
export function incarnationOf(naming: string): string {
  return naming.split(" ", 1)[0] ?? "";
}

/**
 * By what a node may serve that was registered in the table `incarnation` before it read a head that says `cut`; `undefined`: by nothing, since
 * an invalidation might be acknowledged without it.
 */
export function standing(
  cut: ShortCut,
  session: string,
  incarnation: string | undefined,
): "table" | "alone" | undefined {
  if (incarnation !== undefined && incarnationOf(cut.table) === incarnation) return "table";
  return cut.alone.some((node) => node.session === session && !node.leaving) ? "alone" : undefined;
}

/** Whether all who serve by a head that says `cut` stand in a table that can be asked; `session` asks and needs no answer of its own. */
export function isAskable(cut: ShortCut, session: string): boolean {
  return cut.table !== "" && cut.alone.every((node) => node.session === session);
}

/** Names another table, unless somebody else was faster. The session itself stands in that one. */
export function renamed(
  now: ShortCut,
  session: string,
  { from, to }: Readonly<{ from: string; to: string }>,
): ShortCut | undefined {
  if (now.table !== from) return undefined;
  return { table: to, alone: now.alone.filter((node) => node.session !== session) };
}

/** Adds the session to those who serve alone, or takes back that it is leaving. Writes also what is there: see {@link TableSession}. */
export function withAlone(now: ShortCut, session: string): ShortCut {
  const others = now.alone.filter((node) => node.session !== session);
  return { ...now, alone: [...others, { session, leaving: false }] };
}

/** Takes the session out: it serves by the table, or no more. */
export function withoutAlone(now: ShortCut, session: string): ShortCut | undefined {
  const alone = now.alone.filter((node) => node.session !== session);
  return alone.length === now.alone.length ? undefined : { ...now, alone };
}

/** Asks each of them whether it still runs: who does takes it back with its next read. */
export function doubted(now: ShortCut, sessions: ReadonlySet<string>): ShortCut | undefined {
  const asked = now.alone.some(({ session, leaving }) => !leaving && sessions.has(session));
  if (!asked) return undefined;
  const alone = now.alone.map((node) =>
    sessions.has(node.session) ? { ...node, leaving: true } : node,
  );
  return { ...now, alone };
}

/** Forgets those who did not take it back for D: they can serve no more. */
export function forgotten(now: ShortCut, sessions: ReadonlySet<string>): ShortCut | undefined {
  const alone = now.alone.filter(({ session, leaving }) => !leaving || !sessions.has(session));
  return alone.length === now.alone.length ? undefined : { ...now, alone };
}
