import { readFileSync, readlinkSync } from "node:fs";
import { failureCode } from "./disk-error.ts";

/**
 * A process, so that another one can tell later whether it still runs. `startedAt`: the kernel's own start time (clock ticks after boot),
 * which tells a process from a later one with its pid; "" where the system does not say. `boot` and `namespace`: what makes pids comparable.
 */
export type ProcessIdentity = Readonly<{
  pid: number;
  startedAt: string;
  boot: string;
  namespace: string;
}>;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startedAt: kernelRecord(process.pid)?.startedAt ?? "",
    boot: attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? "",
    namespace: attempt(() => readlinkSync("/proc/self/ns/pid")) ?? "",
  };
}

/**
 * Whether `other` surely runs no more. In doubt false: a process in another pid namespace cannot be asked for, and counts as
 * running for as long as the machine does.
 */
export function isGone(other: ProcessIdentity, own: ProcessIdentity): boolean {
  // LMDB serves one machine only, so another boot id is an earlier boot of this one.
  if (other.boot !== own.boot) return other.boot !== "" && own.boot !== "";
  if (other.namespace !== own.namespace) return false;
  if (!pidExists(other.pid)) return true;
  const found = kernelRecord(other.pid);
  if (found === undefined) return false;
  // A zombie runs no more, however slow its parent is to take note.
  if (found.state === "Z" || found.state === "X") return true;
  return other.startedAt !== "" && found.startedAt !== other.startedAt;
}

/** The identity in a stored text; `undefined` where it is none. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("pid" in value && "startedAt" in value && "boot" in value && "namespace" in value))
    return undefined;
  const { pid, startedAt, boot, namespace } = value;
  if (typeof pid !== "number" || typeof startedAt !== "string") return undefined;
  if (typeof boot !== "string" || typeof namespace !== "string") return undefined;
  return { pid, startedAt, boot, namespace };
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return failureCode(error) !== "ESRCH";
  }
}

function kernelRecord(pid: number): Readonly<{ state: string; startedAt: string }> | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // Fields 3 and 22; the command in field 2 may hold spaces and parentheses, so count from its last one.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startedAt] = [fields?.[0], fields?.[19]];
  return state === undefined || startedAt === undefined ? undefined : { state, startedAt };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
