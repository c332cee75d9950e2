import { describeLog } from "@cogniverse/testkit/jest";
import { MemoryLog, systemRandom } from "@cogniverse/core";

describeLog("memory", () => ({ log: new MemoryLog(systemRandom.id()) }));
