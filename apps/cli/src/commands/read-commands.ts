import { writeFile } from "node:fs/promises";
import { EXIT, ExitError } from "../exit-code.ts";
import { leftOut, refuseLeftOut } from "../left-out.ts";
import { size, writeJson } from "../output.ts";
import { tenantOf, withCache, type Session, type TenantOptions } from "../session.ts";
import { jsonOf, renderValue } from "../value-form.ts";

/** `get KEY`: the value to standard output, or to a file; exit code 1 for a miss, with the reason of each tier. */
export async function getCommand(
  session: Session,
  key: string,
  options: TenantOptions & { readonly output?: string },
): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const info = await withCache(session, options, (cache) =>
    cache.getWithInfo(key, tenant, { signal }),
  );
  if (!info.hit) {
    if (options.json === true) writeJson(output, info);
    const causes = Object.entries(info.causes).map(([tier, cause]) => `${tier}: ${cause}`);
    throw new ExitError(
      EXIT.notThere,
      `${key} is not in the cache (${causes.join(", ") || "no tier"})`,
    );
  }
  const { bytes, text } = await renderValue(info.value);
  if (options.output !== undefined) {
    await writeFile(options.output, bytes);
    output.note(`${size(bytes.byteLength)} from ${info.tier} to ${options.output}`);
  } else if (options.json === true) writeJson(output, { ...info, value: jsonOf(info.value) });
  else output.write(output.isTerminal ? text : bytes);
}

/** `ls [PREFIX]`: the keys that a get would find; exit code 1 where a tier could not be listed, with what the others have. */
export async function listCommand(
  session: Session,
  prefix: string | undefined,
  options: TenantOptions,
): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const { keys, lacks } = await withCache(session, options, async (cache, failures) => {
    const found = await cache.listKeys(prefix ?? "", tenant, { signal });
    const isEmpty = found.length === 0;
    return { keys: found, lacks: await leftOut(cache, failures, { tenant, isEmpty }) };
  });
  if (options.json === true) writeJson(output, keys);
  else output.write(keys.map((key) => `${key}\n`).join(""));
  refuseLeftOut("the list", lacks);
}
