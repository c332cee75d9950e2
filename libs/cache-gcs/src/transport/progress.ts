import type { ClientRequest, IncomingMessage } from "node:http";

/**
 * Ends a request, down to its socket, when `signal` aborts or when nothing moved for `timeoutMs` on a connection that was made; until
 * then for the time-out that the request was made with. A body that waits for its reader is not late.
 */
export function watchProgress(
  outgoing: ClientRequest,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  late: (connected: boolean) => Error,
): void {
  let incoming: IncomingMessage | undefined;
  const end = (error: Error): void => {
    incoming?.destroy(error);
    outgoing.destroy(error);
  };
  const abort = (): void => end(new Error("aborted"));
  outgoing.once("response", (answer) => {
    incoming = answer;
    // Whoever reads the body meets the error there; nobody may be reading yet.
    answer.on("error", () => undefined);
  });
  outgoing.once("socket", (socket) => {
    if (!socket.connecting) socket.setTimeout(timeoutMs);
    else socket.once("connect", () => socket.setTimeout(timeoutMs));
  });
  outgoing.on("timeout", () => {
    if (incoming !== undefined && incoming.readableLength > 0)
      outgoing.socket?.setTimeout(timeoutMs);
    else end(late(outgoing.socket?.connecting === false));
  });
  if (signal === undefined) return;
  signal.addEventListener("abort", abort, { once: true });
  outgoing.once("close", () => signal.removeEventListener("abort", abort));
}
