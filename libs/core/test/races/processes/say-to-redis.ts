import { once } from "node:events";
import { connect } from "node:net";

/** Sends one command as an operator would, and resolves with the first line of the answer. */
export async function sayToRedis(
  server: Readonly<{ host: string; port: number }>,
  command: string,
): Promise<string> {
  const socket = connect(server.port, server.host);
  try {
    socket.write(`${command}\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString().split("\r\n", 1)[0] ?? "";
  } finally {
    socket.destroy();
  }
}
