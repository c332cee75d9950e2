/**
 * Runs `run` for each item, at most `concurrency` at once, and yields the answers in the items' order. Left early or failing, it
 * aborts what is under way.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  concurrency: number,
  run: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  const left = new AbortController();
  const either = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const running: Promise<R>[] = [];
  const next = items[Symbol.iterator]();
  const start = (): void => {
    const item = next.next();
    if (item.done === true) return;
    const answer = run(item.value, either);
    // Awaited below in its turn, unless an earlier one fails.
    answer.catch(() => undefined);
    running.push(answer);
  };
  try {
    for (let i = 0; i < concurrency; i++) start();
    for (let answer = running.shift(); answer !== undefined; answer = running.shift()) {
      const value = await answer;
      start();
      yield value;
    }
  } finally {
    left.abort(new Error("Nobody reads on"));
  }
}
