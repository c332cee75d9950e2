import type { Attributes, EntryMetadata, Span } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";

/** One copy on its way from a tier to another. */
export type Move = Readonly<{
  path: string;
  family: string;
  metadata: Pick<EntryMetadata, "decodedBytes">;
  from: string;
  to: string;
}>;

/** What the span of a promotion or demotion says from the start. */
export function moveAttributes({ path, family, metadata, from, to }: Move): Attributes {
  return {
    "cache.key": decodeKey(path),
    "cache.key_type": family,
    "cache.from": from,
    "cache.to": to,
    "cache.item_size": metadata.decodedBytes,
  };
}

/** Ends that span. A move that was given up, or found nothing to move any more, counts as refused. */
export function endMove(span: Span | undefined, stored: boolean): void {
  span?.setAttributes({ "cache.outcome": stored ? "stored" : "refused" });
  span?.end();
}
