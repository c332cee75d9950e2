import { inside, isObject } from "./inside.ts";

/**
 * Lets a transport over HTTP use one agent, and returns what cuts its connections, those in use included: OpenTelemetry 0.223 makes one for each of the
 * requests that begin before the first agent is there, and forgets all but the last.
 */
export function oneAgent(transport: object): () => void {
  const parameters = inside(transport, "_parameters");
  const make = inside(parameters, "agentFactory");
  if (!isObject(parameters) || typeof make !== "function") return () => undefined;
  let agent: unknown;
  Reflect.set(parameters, "agentFactory", (protocol: string): unknown => {
    agent ??= Reflect.apply(make, parameters, [protocol]);
    return agent;
  });
  return () => void cut(agent);
}

/** `agent`: of `node:http`, or a promise of one. */
async function cut(agent: unknown): Promise<void> {
  try {
    const made = await agent;
    const destroy = inside(made, "destroy");
    if (typeof destroy === "function") Reflect.apply(destroy, made, []);
  } catch {
    // One that could not be made has no connections.
  }
}
