import type { S3Client } from "@aws-sdk/client-s3";
import { ObjectLayout } from "@cogniverse/object-store";

/** What became of requests to replace the head of the log. */
export type HeadPuts = { landed: number; refused: number; failed: number };

/** Counts from now on. A request counts once each time that it is sent. */
export function countHeadPuts(client: S3Client): HeadPuts {
  const puts: HeadPuts = { landed: 0, refused: 0, failed: 0 };
  const head = new ObjectLayout().logHead;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const isPut = context.commandName === "PutObjectCommand";
      if (!isPut || !("Key" in args.input) || args.input.Key !== head) return next(args);
      try {
        const result = await next(args);
        puts.landed++;
        return result;
      } catch (error) {
        if (statusOf(error) === 412) puts.refused++;
        else puts.failed++;
        throw error;
      }
    },
    { step: "initialize", name: "countHeadPuts" },
  );
  return puts;
}

/** Every request that a client sends, as the name of its command, from now on. */
export function recordCommands(client: S3Client): string[] {
  const commands: string[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        commands.push(String(commandName));
        return next(args);
      },
    { step: "finalizeRequest", name: "recordCommands" },
  );
  return commands;
}

function statusOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  return "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
}
