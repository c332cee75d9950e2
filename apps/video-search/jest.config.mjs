// @boundaries-ignore settings shared by the whole workspace
import { packageConfig } from "../../jest.preset.mjs";

// Decoding and models take seconds on a busy machine.
export default packageConfig(import.meta.url, { testTimeout: 30_000 });
