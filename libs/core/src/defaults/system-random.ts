import { randomUUID } from "node:crypto";
import type { Random } from "@cogniverse/sdk";

/** The platform's generators. */
export const systemRandom: Random = {
  next: () => Math.random(),
  id: () => randomUUID().replaceAll("-", ""),
};
