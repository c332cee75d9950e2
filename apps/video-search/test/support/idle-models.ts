import { EmbeddedModels } from "../../src/models/embedded/embedded-models.ts";

// Uses the embedded models and never closes them: the process must end by itself.
const models = new EmbeddedModels();
const [vector] = (await models.text.embedTexts(["a rabbit"])) ?? [];
process.stdout.write(String(vector?.length));
