/**
 * Resolves after `turns` turns of the event loop, each of which runs every promise reaction that is ready. Enough for chains of
 * promises; what waits for a disk or a socket is awaited by its own event.
 */
export async function settle(turns: number = 3): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
