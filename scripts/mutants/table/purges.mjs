import { inCore, invalidation } from "./places.mjs";

const away = inCore("purge/away");
const purge = inCore("purge/purge");
const log = inCore("purge/log");
const onDisk = (/** @type {string} */ name) => ({
  file: "libs/cache-local/test/log/forget-tenant.test.ts",
  name,
});
const diskLog = "libs/cache-local/src/log/forget-tenant.ts";
const inRedis = (/** @type {string} */ name) => ({
  file: "libs/cache-redis/test/log/forget-tenant.test.ts",
  name,
});
const redisLog = "libs/cache-redis/src/log/forget-script.ts";
const inBucket = (/** @type {string} */ name) => ({
  file: "libs/object-store/test/log/forget-tenant.test.ts",
  name,
});
const inObjects = (/** @type {string} */ file) => `libs/object-store/src/log/${file}.ts`;
const ofPurge = (/** @type {string} */ file) => `libs/core/src/purge/${file}.ts`;

/**
 * What is left of a tenant that was purged.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const purges = [
  {
    id: "purge-judged-half-way",
    removes: "a node judges copies by a purge only once it has all of the log",
    file: invalidation("applied"),
    find: "      this.#mirror.apply(record);\n    }\n    this.#head = head;",
    replace:
      "      this.#mirror.apply(record);\n      this.#mirror.tellPurges(isFirst);\n    }\n    this.#head = head;",
    test: away(
      "in a log so long that the first load takes several turns, too: it judges no copy before it has all",
    ),
  },
  {
    id: "purge-of-what-was-not-seen",
    removes: "where a tier does not tell all, nothing of it is taken for dead",
    file: ofPurge("forget-here"),
    find: "  if (!isAll) return false;\n",
    replace: "",
    test: away(
      "where the disk does not tell all, nothing that lives is removed; the next start goes on",
    ),
  },
  {
    id: "purge-done-anew-at-each-start",
    removes: "a tier says up to which purge it is empty",
    file: ofPurge("tier-purges"),
    find: "    await writeNote(tier, this.#note, engine.clock.now());\n",
    replace: "",
    test: away("does so once: the disk itself tells the next start up to where, and names nobody"),
  },
  {
    id: "purge-unheard-while-noting",
    removes: "a purge that is heard of while the last is noted is carried out",
    file: ofPurge("tier-purges"),
    find: "} while (this.#hasNews);",
    replace: "} while (false);",
    test: away("also one that it hears of while it notes that the last is done"),
  },
  {
    id: "purge-noted-while-another-runs",
    removes: "a tier does not say that it is empty up to a purge while an earlier one is under way",
    file: ofPurge("tier-purges"),
    find: "if (heard === undefined || this.#held > 0) return;",
    replace: "if (heard === undefined) return;",
    test: away("while a purge of its own is under way it notes nothing, so that a kill loses none"),
  },
  {
    id: "purge-noted-though-incomplete",
    removes: "a tier that was not emptied does not say so",
    file: ofPurge("tier-purges"),
    find: "if (!(await this.#carryOut(next))) failed.push(next);",
    replace: "await this.#carryOut(next);",
    test: away("where a copy cannot be deleted, it is with the next purge that is heard of"),
  },
  {
    id: "purge-past-the-breaker",
    removes: "a purge asks a tier behind its breaker and time limit",
    file: ofPurge("purge-tier"),
    find: "await tier.call({ what, tenantId }, run, call);",
    replace: "{ up: true, value: await run(call), error: undefined } as const;",
    test: purge("is asked behind the breaker and the time limit, and what it is asked is counted"),
  },
  {
    id: "purge-before-the-stores",
    removes: "a purge removes only once no node stores what was there before",
    file: ofPurge("purger"),
    find: "await this.#invalidator.purge(tenant, { reason, signal });",
    replace: 'await this.#invalidator.purge(tenant, { reason, signal, wait: "durable" });',
    test: purge("is removed only once no node stores what was there before"),
  },
  {
    id: "purge-leaves-the-log",
    removes: "a purge takes out of the log what it said of the tenant",
    file: ofPurge("log-forgetting"),
    find: "      await log.forgetTenant(tenantId, before, call);\n",
    replace: "",
    test: log("is the record of the purge alone"),
  },
  {
    id: "purge-finished-by-nobody",
    removes: "what a purge that was cut short left in the log is taken out by others",
    file: ofPurge("log-forgetting"),
    find: "void background.track(this.#forgetDue());",
    replace: "",
    test: log("is taken out by another node where the one that purged could not"),
  },
  {
    id: "purge-finished-at-no-start",
    removes: "a start tells from the log that a purge was cut short",
    file: invalidation("mirror"),
    find: "older: first < tombstoneOf(position)",
    replace: "older: false",
    test: log("is taken out at the next start where nobody was there"),
  },
  {
    id: "purge-looked-after-at-each-start",
    removes: "a start asks nothing of a log that has forgotten",
    file: invalidation("mirror"),
    find: "older: first < tombstoneOf(position)",
    replace: "older: true",
    test: log("is taken out at the next start where nobody was there"),
  },
  {
    id: "disk-log-forgets-what-nothing-covers",
    removes: "a log on disk forgets only what a record that stays says too",
    file: diskLog,
    find: "  if (!look(() => store.isCovered(tenantId, before))) return;\n",
    replace: "",
    test: onDisk("keeps everything where nothing covers it"),
  },
  {
    id: "disk-log-keeps-its-tail",
    removes: "a log on disk forgets the last records, too",
    file: diskLog,
    find: "await writes.run(() => store.dropTail(before, STEP))",
    replace: "before < 0",
    test: onDisk("is named by no row but that of the record which covers the rest"),
  },
  {
    id: "disk-log-keeps-its-scopes",
    removes: "a log on disk forgets what its snapshots are made of",
    file: diskLog,
    find: "if (keys.length > 0) await",
    replace: "if (keys.length < 0) await",
    test: onDisk("is named by no row but that of the record which covers the rest"),
  },
  {
    id: "redis-log-forgets-what-nothing-covers",
    removes: "a log in Redis forgets only what a record that stays says too",
    file: redisLog,
    find: "at('hard ' .. whole) < before or ",
    replace: "",
    test: inRedis("keeps everything where nothing covers it"),
  },
  {
    id: "redis-log-keeps-its-tail",
    removes: "a log in Redis forgets the last records, too",
    file: redisLog,
    find: "  redis.call('DEL', T)\n",
    replace: "",
    test: inRedis(
      "is named by the record that covers the rest, and by no other name, field or value",
    ),
  },
  {
    id: "redis-log-keeps-its-scopes",
    removes: "a log in Redis forgets what its snapshots are made of",
    file: redisLog,
    find: "    if at(field) < before then old[#old + 1] = field end\n",
    replace: "",
    test: inRedis(
      "is named by the record that covers the rest, and by no other name, field or value",
    ),
  },
  {
    id: "redis-log-keeps-what-an-append-moved",
    removes: "a walk over the log in Redis meets what an append has moved behind it",
    file: redisLog,
    find: "    if isLast and at(other) < before then old[#old + 1] = other end\n",
    replace: "",
    test: inRedis("is forgotten too where an append moved it, between two steps"),
  },
  {
    id: "redis-log-forgets-by-a-foreign-cursor",
    removes: "a walk over the log in Redis begins anew where another process answers",
    file: redisLog,
    find: "if cursor ~= '0' and of ~= incarnation then",
    replace: "if false then",
    test: inRedis("a step that goes on from a cursor of another process does nothing and says so"),
  },
  {
    id: "redis-keeps-announcements-of-the-dead",
    removes: "what was announced of a tenant goes with it",
    file: "libs/cache-redis/src/sessions/table-scripts.ts",
    find: "if covers == '1' then redis.call('DEL', N) end",
    replace: "",
    test: {
      file: "libs/cache-redis/test/sessions/announced-purge.test.ts",
      name: "of a tenant are gone with the announcement that all of it died",
    },
  },
  {
    id: "bucket-log-forgets-what-nothing-covers",
    removes: "a log in a bucket forgets only what a record that stays says too",
    file: inObjects("object-log"),
    find: "      if (!isCovered) return;\n",
    replace: "",
    test: inBucket("keeps everything where nothing covers it"),
  },
  {
    id: "bucket-log-keeps-its-tail",
    removes: "the head of a log in a bucket forgets, too",
    file: inObjects("log-folder"),
    find: "records.filter(({ position }) => position >= from)",
    replace: "records",
    test: inBucket("is not told of by the head either"),
  },
  {
    id: "bucket-log-asks-the-snapshot-alone",
    removes: "the head of a log in a bucket is looked at for what is to be forgotten",
    file: inObjects("object-log"),
    find: "[...records, ...head.records].some(",
    replace: "records.some(",
    test: inBucket("is not told of by the head either"),
  },
  {
    id: "bucket-log-keeps-its-scopes",
    removes: "the snapshot of a log in a bucket forgets",
    file: inObjects("log-folder"),
    find: "all.filter((one) => !isOf(one, forgotten))",
    replace: "all",
    test: inBucket("is named in no object but by the record that covers the rest"),
  },
  {
    id: "bucket-log-keeps-old-snapshots",
    removes: "snapshots of before go with what they told",
    file: inObjects("object-log"),
    find: "sweepSnapshots(this.#client, this.#layout, head, true)",
    replace: "sweepSnapshots(this.#client, this.#layout, head)",
    test: inBucket("is named in no object but by the record that covers the rest"),
  },
  {
    id: "purge-leaves-uploads",
    removes: "a purge of a bucket takes what is on its way there in parts",
    file: "libs/object-store/src/backend/purge-tenant.ts",
    find: "  await client.abortUploads?.(layout.tenant(tenantId), { signal });\n",
    replace: "",
    test: {
      file: "libs/cache-s3/test/purge.test.ts",
      name: "aborts what a killed process has uploaded of a tenant, and nobody else's",
    },
  },
];
