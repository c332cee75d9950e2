import type { Acknowledgement, NodeRead } from "./node-words.ts";

/** An invalidation of which a node said how it went. `version`: of the source, as the invalidation made it known; `beganAt`: in ms on the machine's clock. */
export type Invalidated = Readonly<{
  node: number;
  key: number;
  version: number;
  beganAt: number;
  done: Acknowledgement;
}>;

/** A read, and the node that it was of. */
export type SeenRead = NodeRead & Readonly<{ node: number }>;

/** What all nodes did, and what of it nobody may have seen. */
export class History {
  readonly reads: SeenRead[] = [];
  readonly invalidated: Invalidated[] = [];

  /** Those that were acknowledged, all or of one node. */
  acknowledged(node?: number): readonly Invalidated[] {
    return this.invalidated.filter(
      (one) => "nodes" in one.done && (node === undefined || node === one.node),
    );
  }

  /**
   * Reads that began after an invalidation of their key was acknowledged and returned a version from before it, or one that never was, or that failed. To be
   * called once nothing is under way.
   */
  violations(versions: readonly number[]): readonly string[] {
    const floors = versions.map(
      (_, key) => new Floor(this.acknowledged().filter((one) => one.key === key)),
    );
    return this.reads.flatMap((read) => {
      const { node, key, version, beganAt, failed } = read;
      if (failed !== undefined) return [`node ${node} failed to read key ${key}: ${failed}`];
      const killed = floors[key]?.before(beganAt);
      if (killed !== undefined && version < killed.version)
        return [
          `node ${node} read version ${version} of key ${key} ${(beganAt - killed.done.at).toFixed(1)} ms after node ${killed.node} ` +
            `had acknowledged ${killed.version}, which took it ${killed.done.tookMs.toFixed(1)} ms`,
        ];
      return version <= (versions[key] ?? 0) ? [] : [`key ${key} never had version ${version}`];
    });
  }
}

/** The greatest version that was acknowledged before an instant. */
class Floor {
  readonly #steps: readonly Invalidated[];

  constructor(acknowledged: readonly Invalidated[]) {
    let highest = 0;
    this.#steps = acknowledged
      .toSorted((a, b) => a.done.at - b.done.at)
      .filter(({ version }) => version > highest && (highest = version) > 0);
  }

  before(at: number): Invalidated | undefined {
    return this.#steps.findLast(({ done }) => done.at < at);
  }
}
