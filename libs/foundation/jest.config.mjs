// @boundaries-ignore settings shared by the whole workspace
import { packageConfig } from "../../jest.preset.mjs";

export default packageConfig(import.meta.url);
