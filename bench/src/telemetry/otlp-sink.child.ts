import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// Takes whatever is exported and acknowledges it whole: an empty answer, in OTLP's protobuf. Tells its parent its port, and ends with it.
const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => {
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  process.send?.(port);
});
process.once("disconnect", () => process.exit(0));
