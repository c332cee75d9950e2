// From the most telling words to the least.
const signs = [
  /\b(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|ECONNRESET|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE)\b/,
  /connection refused|dns error|invalid peer certificate/i,
  /error sending request|network request to \S+ failed|fetch failed|ERR_PNPM_META_FETCH_FAIL/i,
];

const networkSettings = ["registry", "proxy", "https_proxy", "noproxy", "cafile", "strict_ssl"];

/**
 * @param {string} output of a failed install
 * @returns {string | undefined} the words that say so, where the registry could not be reached
 */
export function unreachableRegistry(output) {
  return signs.map((sign) => sign.exec(output)?.[0]).find((words) => words !== undefined);
}

/**
 * pnpm reads npm's configuration files but not npm's environment variables.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string | undefined} registry what npm itself would use
 * @returns {NodeJS.ProcessEnv} `env` with the network settings of npm under the names pnpm reads
 */
export function withPnpmNetwork(env, registry) {
  /** @type {NodeJS.ProcessEnv} */
  const translated = {};
  for (const name of networkSettings) {
    const value = env[`npm_config_${name}`] ?? env[`NPM_CONFIG_${name.toUpperCase()}`];
    if (value) translated[`pnpm_config_${name}`] = value;
  }
  if (registry) translated["pnpm_config_registry"] = registry;
  return { ...translated, ...env };
}

/**
 * @param {{ needed: string, reason: string, registry: string | undefined }} failure
 * @returns {string} what happened and what to do about it
 */
export function unreachableMessage({ needed, reason, registry }) {
  return `The package registry could not be reached (${reason}), and ${needed} is not installed yet.
${registry ? `Registry in use: ${registry}\n` : ""}
What to do, then run the same command again (what is installed already is kept):
  - no network: connect once; later runs need none as long as the lockfile stays the same
  - behind a proxy: npm config set proxy URL && npm config set https-proxy URL
  - a mirror: npm config set registry URL, or npm_config_registry=URL before the command
  - an own certificate authority: export NODE_EXTRA_CA_CERTS=FILE && npm config set cafile FILE`;
}
