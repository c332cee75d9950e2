// Resets a connection in the step in which it is ended, and has nothing more to do.
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

import { resetSocket } from "../src/reset-socket.ts";

const server = createServer({ allowHalfOpen: true }, (peer) => peer.resume().end());
server.listen(0, "127.0.0.1");
await once(server, "listening");
// A server that listens on a port has an address of this kind.
const { port } = server.address() as AddressInfo;
const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
socket.on("error", () => undefined);
await once(socket, "connect");
socket.end();
resetSocket(socket);
server.unref();
process.stdout.write("reset\n");
