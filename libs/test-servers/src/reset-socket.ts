import type { Socket } from "node:net";

/**
 * Ends a connection by a reset. One that is being shut down in order at this moment refuses that, and Node would neither close it nor, later, end the
 * process, whose last step waits for it: such a one is closed.
 */
export function resetSocket(socket: Socket): void {
  const { writableEnded, writableLength, writableFinished } = socket;
  if (writableEnded && writableLength === 0 && !writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
