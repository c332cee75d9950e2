import type { LogHead } from "@cogniverse/sdk";

/**
 * What a script answered: the head, and what it says beside it. `incarnation`: of the table of sessions; another one wherever another process of a server
 * answers than before, or one that has its data from elsewhere.
 */
export type Answer = Readonly<{ head: LogHead; incarnation: string; rest: readonly unknown[] }>;
