import { type StoredEntry, isUnreadable } from "@cogniverse/sdk";
import { fine, problem, type Probe, type Verdict } from "./probe.ts";
import { probeBytes, sameBytes } from "./probe-bytes.ts";
import { PROBE_TENANT, type ProbeGround } from "./probe-ground.ts";

const BYTES = 64 * 1024;
const TORN_ROUNDS = 4;
const LOSES =
  "do not use this store: it acknowledges what it does not keep. A proxy, a replica that is read, or an emulator may stand before the real one";

/** Writes and finds the copy by what the write answered. */
const write: Probe = {
  check: "write",
  async run(ground) {
    const key = ground.key("write");
    const etag = await ground.write(key, ground.entry(probeBytes(BYTES, 1), "write"));
    if (etag === undefined)
      return problem(
        "a write of 64 KiB was refused",
        "give the tier room: see its size limits and its server's",
      );
    const head = await ground.call("A look at metadata", (call) =>
      ground.entries.headEntry(key, PROBE_TENANT, call),
    );
    if (head === undefined || isUnreadable(head))
      return problem("a write was acknowledged and is not there", LOSES);
    return head.etag === etag
      ? fine("64 KiB stored and found")
      : problem("a write is there under another etag than it was acknowledged with", LOSES);
  },
};

const read: Probe = {
  check: "read",
  async run(ground) {
    for (const [name, bytes] of [
      ["whole", BYTES],
      ["empty", 0],
    ] as const) {
      const entry = ground.entry(probeBytes(bytes, 2), name);
      const key = ground.key(`read/${name}`);
      await ground.write(key, entry);
      const wrong = differs(await ground.read(key), entry);
      if (wrong !== undefined)
        return problem(`a value of ${bytes} bytes came back ${wrong}`, LOSES);
    }
    const listed = await ground.call("A listing", (call) =>
      ground.backend.listKeys(`${ground.prefix}read/`, PROBE_TENANT, call),
    );
    return listed.length === 2
      ? fine("64 KiB, an empty value, metadata and the listing are right")
      : problem(`of 2 keys ${listed.length} are listed`, LOSES);
  },
};

/** What a copy is not, or `undefined` where it is what was stored. */
function differs(
  copy: StoredEntry | undefined,
  { data, metadata }: Pick<StoredEntry, "data" | "metadata">,
): string | undefined {
  if (copy === undefined) return "as nothing";
  if (!sameBytes(copy.data, data)) return `as ${copy.data.byteLength} other bytes`;
  const user = (of: StoredEntry["metadata"]): string =>
    JSON.stringify(Object.entries(of.user).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (user(copy.metadata) !== user(metadata)) return "with other metadata";
  return copy.metadata.expiresAt === metadata.expiresAt ? undefined : "with another lifetime";
}

/** Overwrites while others read: each sees one version whole, bytes and metadata of the same. */
const overwrite: Probe = {
  check: "torn read",
  async run(ground) {
    for (let round = 0; round < TORN_ROUNDS; round++) {
      const torn = await tornRound(ground, ground.key(`torn/${round}`));
      if (torn !== undefined) return problem(`a reader beside a writer saw ${torn}`, LOSES);
    }
    return fine("readers beside a writer saw the old or the new version, whole");
  },
};

async function tornRound(ground: ProbeGround, key: string): Promise<string | undefined> {
  const versions = ["old", "new"].map((mark, at) => ground.entry(probeBytes(BYTES, 10 + at), mark));
  const [older, newer] = versions;
  if (older === undefined || newer === undefined) return undefined;
  await ground.write(key, older);
  // What keeps to what it saw first would be found out by nobody else.
  const first = await ground.read(key);
  const [, ...seen] = await Promise.all([
    ground.write(key, newer),
    ground.read(key),
    ground.read(key),
    ground.read(key),
  ]);
  seen.push(first, await ground.read(key));
  for (const copy of seen) {
    if (copy === undefined) return "nothing";
    const version = versions.find(
      (v) => v.metadata.user["doctor"] === copy.metadata.user["doctor"],
    );
    if (version === undefined || !sameBytes(copy.data, version.data))
      return "bytes of one version with metadata of another, or a part of them";
  }
  const last = seen.at(-1)?.metadata.user["doctor"];
  return last === "new" ? undefined : "the old version after the new one was acknowledged";
}

const remove: Probe = {
  check: "delete",
  async run(ground) {
    const key = ground.key("delete");
    const gone = await ground.write(key, ground.entry(probeBytes(100, 3), "delete"));
    await ground.write(key, ground.entry(probeBytes(100, 4), "delete, again"));
    const deleted = await ground.call("A conditional delete", (call) =>
      ground.entries.deleteEntry(key, gone ?? "", PROBE_TENANT, call),
    );
    if (deleted || (await ground.read(key)) === undefined) return ignored();
    await ground.call("A delete", (call) => ground.backend.delete(key, PROBE_TENANT, call));
    const there = await ground.call("A look", (call) =>
      ground.backend.exists(key, PROBE_TENANT, call),
    );
    if (there || (await ground.read(key)) !== undefined)
      return problem(
        "what was deleted is still there",
        "see whether the server keeps deleted data readable (object lock, a read replica, versions)",
      );
    return fine("deleted, and gone; a delete for another version is refused");
  },
};

function ignored(): Verdict {
  return problem(
    "a delete for another version than the stored one deleted it",
    "the store ignores conditions on deletes: the sweep of dead copies could take a live one",
  );
}

/** What every tier must do right. */
export const ENTRY_PROBES: readonly Probe[] = [write, read, overwrite, remove];
