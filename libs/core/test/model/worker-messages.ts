import type { ModelFailure, ModelFigures } from "@cogniverse/testkit";

/** What one worker is to run. */
export type Share = Readonly<{ programs: number; seed: number; stride: number }>;

/** What a worker says now and then, and at its end. */
export type Told = Readonly<{ figures: ModelFigures; isOver: boolean; failure?: ModelFailure }>;
