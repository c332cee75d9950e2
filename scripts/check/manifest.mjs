/**
 * @typedef {object} Unpacked a package as it would be published
 * @property {string} dir
 * @property {import("../bootstrap/packages.mjs").Manifest} manifest
 * @property {string[]} files relative to `dir`
 */

/**
 * @param {import("../bootstrap/packages.mjs").Manifest} manifest
 * @returns {string[]} the names under which code of the package is imported
 */
export function codeEntries({ name, exports = {} }) {
  return Object.entries(exports)
    .filter(([, target]) => defaultTarget(target)?.endsWith(".js"))
    .map(([entry]) => name + entry.slice(1));
}

/**
 * @param {Unpacked} unpacked
 * @returns {string[]} what must not reach a registry
 */
export function unpublishable({ manifest, files }) {
  // Scripts may say what they like: nobody runs them from a published package.
  const text = JSON.stringify({ ...manifest, scripts: undefined });
  const needed = ["README.md", "LICENSE", "CHANGELOG.md"].filter((file) => !files.includes(file));
  const unwanted = files.filter(
    (file) => file.endsWith(".tsbuildinfo") || file.startsWith("test/"),
  );
  return [
    ...needed.map((file) => `${file} is missing from the tarball`),
    ...unwanted.map((file) => `${file} is in the tarball`),
    ...["@cogniverse/source", "workspace:", "catalog:"]
      .filter((word) => text.includes(word))
      .map((word) => `the published package.json still says "${word}"`),
  ];
}

/** @param {unknown} target */
function defaultTarget(target) {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null || !("default" in target)) return undefined;
  return typeof target.default === "string" ? target.default : undefined;
}
