import { Failure } from "../bootstrap/failure.mjs";
import { computes } from "./table/computes.mjs";
import { leases } from "./table/leases.mjs";
import { logs } from "./table/logs.mjs";
import { mirror } from "./table/mirror.mjs";
import { purges } from "./table/purges.mjs";
import { puts } from "./table/puts.mjs";
import { sessions } from "./table/sessions.mjs";
import { soaks } from "./table/soaks.mjs";
import { tiers } from "./table/tiers.mjs";

/** Every mutant there is. docs/guarantees.md says which rule or race each belongs to. */
export const mutants = [
  ...mirror,
  ...computes,
  ...tiers,
  ...leases,
  ...sessions,
  ...puts,
  ...logs,
  ...purges,
  ...soaks,
];

/**
 * @param {readonly string[]} ids
 * @returns {readonly import("./mutant.mjs").Mutant[]}
 */
export function selected(ids) {
  const unknown = ids.filter((id) => !mutants.some((mutant) => mutant.id === id));
  if (unknown.length > 0)
    throw new Failure(`No mutant is called ${unknown.join(", ")}; --list tells what there is.`);
  return mutants.filter(({ id }) => ids.includes(id));
}
