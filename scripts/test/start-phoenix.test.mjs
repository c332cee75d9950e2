import { expect, test } from "@jest/globals";
import { withoutProgress } from "../phoenix/start-phoenix.mjs";

test.each([
  [
    "- Installing Phoenix into a virtual environment\n",
    "installing Phoenix into a virtual environment\n",
  ],
  ["✓ Installing Phoenix  34.8 s\n", "installed Phoenix\n"],
  ["✗ Installing Phoenix  0.1 s\n", "not installed: Phoenix\n"],
  [
    "  Installing, 10.0 s  Phoenix: Prepared 97 packages\n",
    "installing Phoenix: Prepared 97 packages\n",
  ],
  ["Downloading torch (2.3 MiB)\n", "Downloading torch (2.3 MiB)\n"],
])("what %j says fits beside the marks and times of another step", (chunk, told) => {
  expect(withoutProgress(chunk)).toBe(told);
});
