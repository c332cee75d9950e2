import type { Lineage, Source } from "@cogniverse/core";
import { EXIT, ExitError } from "../exit-code.ts";
import { leftOut } from "../left-out.ts";
import { writeJson } from "../output.ts";
import { scopeText } from "../scope-text.ts";
import { tenantOf, withCache, type Session, type TenantOptions } from "../session.ts";

/** `deps KEY`: the tree of what the key's value was derived from; exit code 1 where no tier is known to have a copy. */
export async function depsCommand(
  session: Session,
  key: string,
  options: TenantOptions,
): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const { lineage, lacks } = await withCache(session, options, async (cache, failures) => {
    const found = await cache.lineage(key, tenant, { signal });
    return { lineage: found, lacks: await leftOut(cache, failures, { tenant, isEmpty: false }) };
  });
  if (options.json === true) writeJson(output, lineage);
  else if (lineage.state !== "not cached") output.write(treeOf(lineage));
  if (lineage.state === "not cached") throw new ExitError(EXIT.notThere, nothingKnown(key, lacks));
}

function nothingKnown(key: string, lacks: readonly string[]): string {
  const who = lacks.length === 0 ? "No tier" : "No tier that could be looked at";
  const told = `${who} has a copy of ${key}, and only a copy tells what it was derived from`;
  return [told, ...lacks].join("\n  ");
}

function treeOf({ key, tier, state, position, digest, from }: Lineage): string {
  const unlessValid = state === "valid" ? "" : `, ${state}`;
  const head = `${key} (${tier}, position ${position}${contentOf(digest)}${unlessValid})\n`;
  return from.length === 0 ? `${head}  derived from nothing that is known\n` : head + linesOf(from);
}

function linesOf(sources: readonly Source[], indent = ""): string {
  const lines = sources.map((source, i) => {
    const isLast = i === sources.length - 1;
    const below = linesOf(source.from, `${indent}${isLast ? "   " : "│  "}`);
    return `${indent}${isLast ? "└─ " : "├─ "}${sourceText(source)}\n${below}`;
  });
  return lines.join("");
}

function sourceText({ scope, position, digest, state, now, repeated }: Source): string {
  const told = [
    `position ${position}${contentOf(digest)}`,
    ...(state === "dead" ? ["invalidated since"] : []),
    ...(state === "unverified" ? [state] : []),
    ...(now === undefined || now === "same" ? [] : [now === "other" ? "other content now" : now]),
    ...(repeated === true ? ["see above"] : []),
  ];
  return `${scopeText(scope)} (${told.join(", ")})`;
}

function contentOf(digest: string | undefined): string {
  return digest === undefined || digest === "" ? "" : `, content ${digest.slice(0, 12)}`;
}
