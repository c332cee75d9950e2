import { inCore, invalidation } from "./places.mjs";

const races = inCore("races/mirror");
const derived = inCore("races/derived");
const oneNode = inCore("races/one-node");
const fastPath = inCore("races/fast-path");
const tenantMirror = invalidation("tenant-mirror");

/**
 * What a copy is judged by.
 *
 * @type {readonly import("../mutant.mjs").Mutant[]}
 */
export const mirror = [
  {
    id: "soft-lowers-hard",
    removes: "a soft record leaves what a hard one said",
    file: invalidation("mark"),
    find: 'if (record.mode !== "soft" && record.position > mark.hard) mark.hard = record.position;',
    replace:
      'if (record.position > mark.any) mark.hard = record.mode === "soft" ? START : record.position;',
    test: races("race 38: soft after hard"),
  },
  {
    id: "last-heard-wins",
    removes: "a scope has the greatest position, not the one heard last",
    file: invalidation("mark"),
    find: "} else if (record.position > mark.any) {",
    replace: "}\n  {",
    test: races("judges the same whatever the order of the records"),
  },
  {
    id: "unknown-kind-kills-nothing",
    removes: "a kind of record that is not known counts as the whole tenant",
    file: tenantMirror,
    find: "else this.#raiseTenant(record);",
    replace: 'else if (scope.kind === "tenant") this.#raiseTenant(record);',
    test: races("a kind of scope that it does not know counts as the whole tenant"),
  },
  {
    id: "oldest-glob-forgotten",
    removes: "a glob for which there is no room becomes a prefix",
    file: tenantMirror,
    find: "this.#widen(literalPrefix(literal), mark);",
    replace: "",
    test: races("more globs than it keeps: the oldest kill more, never less"),
  },
  {
    id: "equal-is-dead",
    removes: "a record kills what is older than itself, not its own copy",
    file: invalidation("verdict"),
    find: "if (mark === undefined || mark.any <= asOf) return;",
    replace: "if (mark === undefined || mark.any < asOf) return;",
    test: oneNode("race 25: an overwrite changes the tags"),
  },
  {
    id: "tenants-share-a-mirror",
    removes: "each tenant has records of its own",
    file: invalidation("mirror"),
    find: "let tenant = this.#tenants.get(tenantId);\n    if (tenant === undefined) this.#tenants.set(tenantId, (tenant = new TenantMirror()));",
    replace:
      "const id = tenantId.slice(0, 1);\n    let tenant = this.#tenants.get(id);\n    if (tenant === undefined) this.#tenants.set(id, (tenant = new TenantMirror()));",
    test: inCore("races/identity")("are never one entry: memory"),
  },
  {
    id: "version-stands-still",
    removes: "each record sends every copy through the slow check",
    file: tenantMirror,
    find: "this.version++;\n    if (record.position > this.#last)",
    replace: "if (record.position > this.#last)",
    test: races("each record sends every copy through the slow check once more"),
  },
  {
    id: "tags-kill-nothing",
    removes: "a copy is judged by its tags",
    file: tenantMirror,
    find: "for (const tag of copy.tags) verdict.add(this.#tags.get(tag), copy.asOf);",
    replace: "",
    test: oneNode("race 3: a tag is invalidated before the compute names it"),
  },
  {
    id: "prefixes-kill-nothing",
    removes: "a copy is judged by the prefixes of its key",
    file: tenantMirror,
    find: "this.#judgePrefixesOf(path, asOf, verdict);",
    replace: "",
    test: fastPath("every kind of record ends it at once"),
  },
  {
    id: "globs-kill-nothing",
    removes: "a copy is judged by the globs that match its key",
    file: tenantMirror,
    find: "if (mark.any > asOf && matchesPattern(pattern, path)) verdict.add(mark, asOf);",
    replace: "void pattern;",
    test: fastPath("every kind of record ends it at once"),
  },
  {
    id: "sources-kill-nothing",
    removes: "a copy is judged by what it was derived from",
    file: tenantMirror,
    find: "if (this.#last > stamp.asOf) this.#judgeStamp(path, stamp, verdict);",
    replace: "void stamp;",
    test: derived("a parent dies with its child's key"),
  },
  {
    id: "collapsed-sources-kill-nothing",
    removes: "a prefix that stands for many sources dies with each of them",
    file: tenantMirror,
    find: "if (below !== undefined) verdict.addPosition(below.lastBeside(path), asOf);",
    replace: "",
    test: derived("more children than stamps fit: the parent still dies with each of them"),
  },
  {
    id: "same-bytes-kill",
    removes: "what was derived from the very content that came back lives",
    file: invalidation("verdict"),
    find: "if (digest !== undefined && digest === mark.digest) {",
    replace: "if (digest === null) {",
    test: derived("to identical bytes: nothing derived from it dies"),
  },
  {
    id: "same-bytes-revive",
    removes: "what other content in between has killed stays dead when the content comes back",
    file: invalidation("verdict"),
    find: "this.addPosition(mark.other, asOf);\n      return;",
    replace: "return;",
    test: inCore("invalidation/came-back")("what a source took along stays dead"),
  },
];
