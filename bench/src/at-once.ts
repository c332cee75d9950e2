/** Does all of `count` tasks, so many at a time. `goesOn`: asked before each; false ends it early. Resolves with how many were done. */
export async function atOnce(
  width: number,
  count: number,
  task: (at: number) => Promise<unknown>,
  goesOn: () => boolean = () => true,
): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count && goesOn()) await task(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return next;
}
