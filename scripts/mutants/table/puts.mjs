import { inCore, invalidation, manager } from "./places.mjs";

const nodes = inCore("races/nodes");
const putSince = inCore("races/put-since");
const refresh = inCore("races/refresh");
const putter = manager("putter");

/**
 * What replaces a value on every node.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const puts = [
  {
    id: "put-appends-nothing",
    removes: "a put is a record of its own",
    file: putter,
    find: "if (key.immutable) return known(coherence, since ?? beginning.mirror);",
    replace: "return known(coherence, since ?? beginning.mirror);",
    test: nodes("an acknowledged put on one node kills the other node's memory copy"),
  },
  {
    id: "put-older-than-its-record",
    removes: "a put's copy has the position of its record",
    file: putter,
    find: "asOf: head.position,\n      computeMs: 0,",
    replace: "asOf: (head.position - 1) as typeof head.position,\n      computeMs: 0,",
    test: nodes("two puts race from one position: one is superseded, the other is there"),
  },
  {
    id: "put-regardless",
    removes: "a put gives way to what covered it since its value was made",
    file: putter,
    find: "head: await coherence.append([record], { unless }) };",
    replace: "head: await coherence.append([record]) };",
    test: nodes("with `since` from before it is superseded: nothing is stored"),
  },
  {
    id: "put-regardless-of-tags",
    removes: "a put gives way to a record on one of its tags",
    file: putter,
    find: 'const scopes = [scope, ...tags.map((tag) => ({ kind: "tag", value: tag }) as const)];',
    replace: "const scopes = [scope];",
    test: nodes("without `since`, and the invalidation lands while the put is under way"),
  },
  {
    id: "put-from-the-mirror",
    removes: "a put begins at the log's head, not at the mirror's",
    file: putter,
    find: "return tookPlace(spoken) ? spoken : await appendAfter(await head());",
    replace: "return spoken;",
    test: nodes("it begins at the log's head and not at that of a mirror that lags behind"),
  },
  {
    id: "put-begins-once-encoded",
    removes: "a put begins when it is called, not when its value is encoded",
    file: putter,
    find: "return { mirror: { logId, position }, head: () => head ?? coherence.head(call) };",
    replace:
      "return { get mirror() { return { logId: coherence.logId, position: coherence.position }; }, head: () => head ?? coherence.head(call) };",
    test: nodes("without `since`, and the invalidation lands while the value is encoded"),
  },
  {
    id: "since-of-another-log",
    removes:
      "a put since a place in a log that was replaced is superseded, also where the new log has passed it",
    file: putter,
    find: ": await appendAfter(since);",
    replace: ": await appendAfter({ logId: coherence.logId, position: since.position });",
    test: putSince("a put from there stores nothing, and what it was to replace is dead"),
  },
  {
    id: "put-across-logs",
    removes: "a put that began under another log is superseded",
    file: putter,
    find: 'return from.logId === "" || head.logId === from.logId;',
    replace: "return true;",
    test: nodes(
      "under a log that was replaced meanwhile and has gone further nobody can tell either",
    ),
  },
  {
    id: "superseded-put-leaves-the-old",
    removes: "a put that gave way kills what it was to replace",
    file: putter,
    find: "await this.#giveWay(putting, spoken.from.position, record, spoken.head);",
    replace: "",
    test: nodes(
      "where only a tag of the new value was invalidated, the old value dies all the same",
    ),
  },
  {
    id: "superseded-put-does-not-wait",
    removes: "a put that gave way waits until no node serves the old value",
    file: putter,
    find: "if (dead !== undefined) await this.#acknowledge(putting, dead);",
    replace: "void dead;",
    test: inCore("races/superseded")("a put that was superseded resolves when no node serves"),
  },
  {
    id: "tags-of-a-put-lost",
    removes: "a copy has the tags of its put",
    file: putter,
    find: "const tags = [...new Set([...key.tags, ...(options.tags ?? []).map(checkTag)])];",
    replace: "const tags = [...key.tags];",
    test: inCore("races/one-node")("race 25: an overwrite changes the tags"),
  },
  {
    id: "immutable-put-newer-than-its-maker",
    removes: "content that is in the key counts as no newer than what its maker had seen",
    file: putter,
    find: "return since.position > position ? { logId, position } : since;",
    replace: "return { logId, position };",
    test: nodes("of content that is in the key appends nothing, and is dead all the same"),
  },
  {
    id: "immutable-put-of-another-log",
    removes: "content that is in the key, made under another log, counts as old as this one",
    file: putter,
    find: "if (since.logId !== logId) return { logId, position: START };",
    replace: "",
    test: putSince("content that is in the key counts as older than all that the new log says"),
  },
  {
    id: "discarded-refresh-leaves-the-old",
    removes: "a refresh whose value is not kept kills the old one",
    file: manager("filler"),
    find: 'if (since !== undefined) await this.#announcer.retire(fill, since, "");',
    replace: "",
    test: refresh("where its caller's predicate refuses it"),
  },
  {
    id: "refresh-across-logs",
    removes: "a refresh that began under another log stores nothing",
    file: manager("filler"),
    find: "const known = verified && (from === undefined || from.logId === coherence.logId);",
    replace: "const known = verified;",
    test: refresh("a refresh that was told of a head before the log was replaced"),
  },
  {
    id: "refresh-leaves-the-other",
    removes: "of two refreshes of which nobody knows which is newer neither stays",
    file: manager("announcer"),
    find: "if (there === undefined || there === digest) return undefined;",
    replace: "if (there !== null) return undefined;",
    test: refresh(
      "a refresh that gave way to another's, whose content may be older, leaves neither",
    ),
  },
  {
    id: "fills-supersede",
    removes: "a put does not give way to a fill of older content",
    file: invalidation("unless-told"),
    find: "record.fill !== true &&",
    replace: "",
    test: inCore("races/told-by-fill")("a put is not superseded by a fill of older content"),
  },
];
