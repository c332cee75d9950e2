import { flipBit, seededRandom, settle } from "@cogniverse/testkit";
import type { Scope } from "@cogniverse/sdk";
import { covers, encodePattern } from "@cogniverse/sdk/keys";
import { setUp, type Kind, type SetUp } from "./set-up.ts";

/** One step of a program. Steps begin one after the other; what they begin may end much later. */
export type Step =
  | Readonly<{ do: "get" | "delete"; key: string }>
  | Readonly<{ do: "getOrCompute"; key: string; tag?: string; slow?: boolean }>
  | Readonly<{ do: "put" | "refresh"; key: string; tag: string }>
  | Readonly<{ do: "invalidate"; scope: Scope; mode: "hard" | "soft" }>
  | Readonly<{ do: "fault"; tier: number; fault: "fail" | "lose" | "damage" | "late" }>
  | Readonly<{ do: "settle" }>;

/**
 * What the model knows of one value. `since`: whatever was called after it and covers the value kills it. For a fill that is when its compute
 * began; a put or refresh may be ordered after all that overlaps it, so for them it is their end.
 */
interface Made {
  readonly key: string;
  readonly tag: string | undefined;
  since: number;
}

/** An invalidation, or the record of a put or delete, that was acknowledged at `at`; `began` when it was called. */
interface Killed {
  readonly scope: Scope;
  readonly began: number;
  readonly at: number;
  readonly by: number | undefined;
}

/**
 * Runs a program on a cache and judges every answer by a model without tiers: a list of what was made and of what killed. Time is the number
 * of events so far.
 */
export class CacheProgram {
  /** Answers that no order of events allows. */
  readonly wrong: string[] = [];
  hits = 0;
  readonly #it: SetUp;
  readonly #kinds: readonly Kind[];
  readonly #random: () => number;
  readonly #made = new Map<number, Made>();
  readonly #killed: Killed[] = [];
  readonly #running: Promise<unknown>[] = [];
  readonly #held: (() => void)[] = [];
  #now = 0;
  #ending = false;

  constructor(setting: Readonly<{ kinds: readonly Kind[]; small: boolean; seed: number }>) {
    const random = seededRandom(setting.seed);
    this.#random = () => random.next();
    this.#kinds = setting.kinds;
    const kinds = Object.fromEntries(setting.kinds.map((kind, i) => [`t${i}`, kind]));
    const memory = setting.small ? { maxEntries: 2 } : {};
    this.#it = setUp(kinds, { memory, defaultPolicy: { demote: true } });
  }

  async step(step: Step): Promise<void> {
    if (step.do === "settle") await this.#settle();
    else if (step.do === "fault") this.#fault(step.tier, step.fault);
    else this.#running.push(this.#begin(step));
    // Some steps follow at once, some after a few turns.
    for (let turns = Math.floor(this.#random() * 6); turns > 0; turns--) await Promise.resolve();
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#settle();
    await Promise.all(this.#running);
    await this.#it.manager.flush();
    for (const key of new Set([...this.#made.values()].map((made) => made.key)))
      await this.#read(key, this.#it.acme.get(key));
    for (const i of this.#kinds.keys()) this.#it.faults(`t${i}`).clear();
    await this.#it.manager.close();
  }

  async #settle(): Promise<void> {
    for (const release of this.#held.splice(0)) release();
    await settle(2);
  }

  #begin(step: Exclude<Step, { do: "settle" | "fault" }>): Promise<unknown> {
    const { acme } = this.#it;
    switch (step.do) {
      case "get":
        return this.#read(step.key, acme.get(step.key));
      case "getOrCompute":
        return this.#read(step.key, acme.getOrCompute(step.key, this.#compute(step)));
      case "refresh":
        return this.#refresh(step);
      case "put": {
        const id = this.#make(step, true);
        const put = acme.put(step.key, id, { tags: [step.tag] });
        return this.#kill({ kind: "key", value: step.key }, put, id);
      }
      case "delete":
        return this.#kill({ kind: "key", value: step.key }, acme.delete(step.key));
      default:
        return this.#kill(step.scope, acme.invalidate(step.scope, { mode: step.mode }));
    }
  }

  #compute({ key, tag, slow }: Readonly<{ key: string; tag?: string; slow?: boolean }>) {
    return async ({ setTags }: { readonly setTags: (tag: string) => void }): Promise<number> => {
      const id = this.#make({ key, ...(tag === undefined ? {} : { tag }) }, false);
      if (tag !== undefined) setTags(tag);
      if (slow === true && !this.#ending)
        await new Promise<void>((resolve) => this.#held.push(resolve));
      return id;
    };
  }

  async #refresh({ key, tag }: Readonly<{ key: string; tag: string }>): Promise<void> {
    const began = ++this.#now;
    let id: number | undefined;
    const compute = ({ setTags }: { readonly setTags: (tag: string) => void }): number => {
      setTags(tag);
      return (id = this.#make({ key, tag }, true));
    };
    const value = await this.#it.acme.getOrCompute(key, compute, { refresh: true });
    this.#done({ scope: { kind: "key", value: key }, began, by: id });
    this.#check(key, value, began);
  }

  #make({ key, tag }: Readonly<{ key: string; tag?: string }>, explicit: boolean): number {
    const id = this.#made.size + 1;
    this.#made.set(id, { key, tag, since: explicit ? Infinity : ++this.#now });
    return id;
  }

  #done(killed: Omit<Killed, "at">): void {
    const at = ++this.#now;
    this.#killed.push({ ...killed, at });
    const made = killed.by === undefined ? undefined : this.#made.get(killed.by);
    if (made !== undefined) made.since = at;
  }

  async #kill(scope: Scope, call: Promise<unknown>, by?: number): Promise<void> {
    const began = ++this.#now;
    await call;
    this.#done({ scope, began, by });
  }

  async #read(key: string, call: Promise<unknown>): Promise<void> {
    const began = ++this.#now;
    const value = await call;
    if (value === undefined) return;
    this.hits++;
    this.#check(key, value, began);
  }

  /** A value is wrong if something that covers it was called after its making began, and was acknowledged before the read did. */
  #check(key: string, value: unknown, began: number): void {
    const id = Number(value);
    const made = this.#made.get(id);
    if (made === undefined || made.key !== key) {
      this.wrong.push(`${key} answered ${String(value)}, which was never made for it`);
      return;
    }
    const killer = this.#killed.find(
      (k) => k.by !== id && k.began > made.since && k.at < began && reaches(k.scope, made),
    );
    if (killer !== undefined)
      this.wrong.push(
        `${key} answered ${id} (${JSON.stringify(made)}), dead by ${JSON.stringify(killer)}, at ${began}`,
      );
  }

  #fault(tier: number, fault: "fail" | "lose" | "damage" | "late"): void {
    const place = tier % this.#kinds.length;
    const script = this.#it.faults(`t${place}`);
    const six = this.#kinds[place] === "six";
    const [put, get] = six ? (["put", "get"] as const) : (["putEntry", "getEntry"] as const);
    if (fault === "fail") script.fail("*", { times: 1 + Math.floor(this.#random() * 3) });
    else if (fault === "lose") script.lose(put);
    else if (fault === "damage") script.corrupt(this.#random() < 0.5 ? put : get, flipBit(-1));
    else {
      const gate = script.pause(put);
      this.#held.push(() => gate.release());
    }
  }
}

function reaches(scope: Scope, { key, tag }: Made): boolean {
  const canonical = scope.kind === "glob" ? { ...scope, value: encodePattern(scope.value) } : scope;
  if (covers(canonical, { kind: "key", value: key })) return true;
  return tag !== undefined && covers(canonical, { kind: "tag", value: tag });
}
