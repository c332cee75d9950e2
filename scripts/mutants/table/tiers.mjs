import { inCore, manager } from "./places.mjs";

const oneNode = inCore("races/one-node");
const noLease = inCore("races/stores-without-a-lease");

const unchecked = {
  removes: "every hit on every tier is checked against the mirror",
  file: manager("tier-reader"),
  find: "if (!this.#engine.isDead(tenant.mirror, key.path, metadata)) return undefined;",
  replace: "if (tenant !== undefined) return undefined;",
};
const overwriting = {
  removes: "a store never replaces a newer copy",
  file: manager("tier-store"),
  find: 'tier.entries.putEntry(path, entry, tenantId, { if: "not-newer", asOf }, call),',
  replace: "tier.entries.putEntry(path, entry, tenantId, undefined, call),",
};

/**
 * Copies on their way into tiers, out of them and between them.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const tiers = [
  {
    id: "hits-skip-the-mirror",
    ...unchecked,
    test: oneNode("race 1: delete kills a store that was sent before it and lands after it"),
  },
  {
    id: "no-check-after-the-last-await",
    removes: "a hit is checked after the last await",
    file: manager("tier-reader"),
    find: "if (late !== undefined) return late;",
    replace: "",
    test: oneNode("race 4: what a delete overtook while it was decoded"),
  },
  {
    id: "dead-copies-sent",
    removes: "a store is sent only while the entry is valid",
    file: manager("tier-store"),
    find: "return this.#engine.coherence.serves() && !this.#engine.isDead(tenant.mirror, path, metadata);",
    replace: "return this.#engine.coherence.serves();",
    test: oneNode("race 4: a promotion that waits for its turn when the delete comes is not sent"),
  },
  {
    id: "sent-without-a-lease",
    removes: "a store is sent only under a live lease",
    file: manager("tier-store"),
    find: "return this.#engine.coherence.serves() && !this.#engine.isDead(tenant.mirror, path, metadata);",
    replace: "return !this.#engine.isDead(tenant.mirror, path, metadata);",
    test: noLease("a lease that runs out while the log is away stops the store"),
  },
  {
    id: "unverified-values-kept",
    removes: "what was computed without a lease is returned and not stored",
    file: manager("filler"),
    find: "const known = verified && (from === undefined || from.logId === coherence.logId);",
    replace: "const known = from === undefined || from.logId === coherence.logId;",
    test: inCore("races/derived")("a child that was read without a lease makes no parent"),
  },
  {
    id: "made-of-unverified-vouched-for",
    removes: "what was made of something that nobody could verify is not vouched for itself",
    file: manager("filler"),
    find: "logId: verifiedBy, asOf",
    replace: "logId, asOf",
    test: inCore("races/derived")("nor does what is made of that parent, on any level"),
  },
  {
    id: "lapsed-lease-not-renewed-for-a-store",
    removes: "a compute that held the process for longer than the lease is stored",
    file: manager("tier-store"),
    find: "if (!coherence.serves()) await coherence.renew();",
    replace: "",
    test: noLease("a compute that holds the event loop for longer than the lease lasts"),
  },
  {
    id: "dead-copies-demoted",
    removes: "a demotion is checked after its look-up",
    file: manager("demotion"),
    find: "if (expired || !engine.coherence.serves() || engine.isDead(tenant.mirror, key, entry.metadata))",
    replace: "if (expired || !engine.coherence.serves())",
    test: oneNode("race 5: a demotion whose look-up is under way when the delete comes"),
  },
  {
    id: "demotion-overwrites",
    removes: "a demotion never replaces a newer copy",
    file: manager("demotion"),
    find: 'to.entries.putEntry(key, entry, tenant.tenantId, { if: "not-newer", asOf }, call),',
    replace: "to.entries.putEntry(key, entry, tenant.tenantId, undefined, call),",
    test: oneNode("race 6: a demotion that lands after a newer put does not replace it"),
  },
  {
    id: "promotion-overwrites",
    ...overwriting,
    test: oneNode("race 7: a promotion that lands after a newer put does not replace it"),
  },
  {
    id: "later-put-overwritten",
    ...overwriting,
    test: inCore("races/nodes")("of two puts the later acknowledged one wins on every tier"),
  },
  {
    id: "living-copies-erased",
    removes: "what is to be deleted in the background is judged once more",
    file: manager("operations"),
    find: "if (!this.#engine.isDead(tenant.mirror, path, metadata)) return; // a newer put came in between",
    replace: "",
    test: oneNode("race 31: deletion in the background (at headEntry before)"),
  },
  {
    id: "any-copy-deleted",
    removes: "a deletion takes only the copy that was judged",
    file: "libs/cache-memory/src/memory-entries.ts",
    find: "return slot !== undefined && slot.etag === etag && this.#store.remove(slot);",
    replace: "return slot !== undefined && this.#store.remove(slot);",
    test: {
      file: "libs/cache-memory/test/memory-backend.test.ts",
      name: "a copy is deleted only by its own etag",
    },
  },
  {
    id: "sweep-takes-the-living",
    removes: "a sweep deletes only what is dead or over",
    file: "libs/core/src/sweep/verdicts.ts",
    find: 'return this.#tenant.mirror.kill(path, metadata) === undefined ? "stays" : "dead";',
    replace: 'return "dead";',
    test: inCore("sweep/sweep")("deletes what is dead and leaves what lives"),
  },
  {
    id: "late-fill-overwrites",
    ...overwriting,
    test: inCore("races/late-stores")(
      "over Redis -> Redis race 8: a fill that arrives late does not replace a newer put",
    ),
  },
  {
    id: "undeleted-copies-served",
    ...unchecked,
    test: inCore("races/undeletable-copies")("race 9: a copy that its tier will not give up"),
  },
  {
    id: "overtaken-write-served",
    ...unchecked,
    test: inCore("races/announcements")(
      "kills the old copies; the new one is served once it lands",
    ),
  },
  {
    id: "stale-value-for-an-error",
    ...unchecked,
    test: inCore("races/failed-computes")("after a hard one the caller gets the error"),
  },
  {
    id: "file-emptied-under-its-reader",
    removes: "a value's file is never written again: who has it open reads on",
    file: "libs/cache-local/src/value-files.ts",
    find: "await this.#unlink(join(this.#values, id.slice(0, 2), id));",
    replace:
      'const path = join(this.#values, id.slice(0, 2), id);\n    await this.#fs.open(path, "w").then((file) => this.#fs.close(file), () => undefined);\n    await this.#unlink(path);',
    test: {
      file: "libs/cache-local/test/replaced-under-reader.test.ts",
      name: "a reader that has the file open reads on when it is evicted",
    },
  },
  {
    id: "writers-share-a-file",
    hangs: true,
    removes: "each write of a value has a file of its own",
    file: "libs/cache-local/src/entry-writer.ts",
    find: 'id: randomUUID().replaceAll("-", ""),',
    replace: 'id: key.toString("hex").padStart(32, "0").slice(-32),',
    test: {
      file: "libs/cache-local/test/processes/processes.test.ts",
      name: "a reader sees one whole value or another while two overwrite it",
    },
  },
  {
    id: "broken-upload-stays",
    removes: "a stream that broke half-way leaves nothing behind",
    file: "libs/cache-s3/src/multipart.ts",
    find: "await this.#client.send(new AbortMultipartUploadCommand(input));",
    replace: "void AbortMultipartUploadCommand, input;",
    test: {
      file: "libs/cache-s3/test/faults.test.ts",
      name: "a reset within an upload in parts: nothing visible, no upload left open",
    },
  },
];
