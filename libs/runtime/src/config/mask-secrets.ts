import { nearestName } from "./nearest-name.ts";

const NAME =
  "(?:pass(?:word|wd|phrase)|secret|token|credentials?|api_?key|access_?key|account_?key|private_?key|signature|signing_?key|authori[sz]ation)";
const VALUE = `("(?:[^"\\\\]|\\\\.)*"|'[^']*'|(?:(?:Bearer|Basic)\\s+)?[^\\s"',;&}\\])]+)`;
/** What options, variables and parameters are called that hold secrets. */
const SECRET_NAME = new RegExp(`${NAME}|^key$|^headers$`, "i");
/** As YAML, JSON and headers write it. */
const OPTION = new RegExp(`(${NAME}[\\w.-]*["']?\\s*:\\s*)${VALUE}`, "gi");
/** As queries, shells and connection strings write it. */
const PARAMETER = new RegExp(`(${NAME}[\\w.-]*=|[?&;](?:sig|key|auth|sas|pwd)=)${VALUE}`, "gi");
/** User info of a URL: up to its last "@", since passwords are not always encoded. Not that of the form which messages say is expected. */
const USER_INFO = /(:\/\/)(?!\[username:password@\])([^\s"'<>`]*)(?=@)/g;
/** Without one of these no pattern of credentials fits: told at a tenth of what trying them costs. */
const HINT = /[=@]|-----BEGIN/;
const PEM = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)([^-]+)/g;

/** What options with a secret are called, whole. */
const WHOLE_NAMES = [
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "session_token",
  "credentials",
  "api_key",
  "access_key",
  "access_key_id",
  "secret_access_key",
  "private_key",
  "account_key",
];
/** One letter of four wrong: closer than what only reads like it. */
const MISSPELT = 1 / 4;

/** Whether what is called so holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether whoever wrote this name meant one that holds a secret: what is unknown is shown in its line of the file. */
export function isMisspeltSecretName(name: string): boolean {
  return nearestName(name, WHOLE_NAMES, MISSPELT) !== undefined;
}

/**
 * Masks what looks like a secret in a line of a configuration: values of options that are called like secrets, and what
 * {@link maskCredentials} masks. The length stays, so that columns do; `${VAR}` stays readable.
 */
export function maskSecrets(line: string): string {
  return maskCredentials(line.replaceAll(OPTION, masked));
}

/** Masks in any text what cannot be anything else: passwords and tokens in URLs, parameters that are called like secrets, private keys. */
export function maskCredentials(text: string): string {
  if (!HINT.test(text)) return text;
  return text
    .replaceAll(USER_INFO, (_whole, before: string, info: string) => before + maskUserInfo(info))
    .replaceAll(PARAMETER, masked)
    .replaceAll(PEM, masked);
}

/** The secrets that URLs in `text` carry, as they stand there and decoded. */
export function secretsOfUrls(text: string): readonly string[] {
  const found: string[] = [];
  for (const [, , info = ""] of text.matchAll(USER_INFO)) found.push(passwordOf(info));
  for (const [, , value = ""] of text.matchAll(PARAMETER)) found.push(value);
  return found.flatMap((secret) => [secret, decoded(secret)]);
}

/** Who has a user and no password has a token. */
function passwordOf(info: string): string {
  return info.slice(info.indexOf(":") + 1);
}

function maskUserInfo(info: string): string {
  const password = passwordOf(info);
  return info.slice(0, info.length - password.length) + stars(password);
}

function masked(_whole: string, before: string, secret: string): string {
  const quote = /^["']/.exec(secret)?.[0];
  if (quote === undefined) return before + stars(secret);
  return `${before}${quote}${stars(secret.slice(1, -1))}${quote}`;
}

function stars(secret: string): string {
  return secret.startsWith("${") ? secret : "*".repeat(secret.length);
}

function decoded(secret: string): string {
  try {
    return decodeURIComponent(secret);
  } catch {
    return secret;
  }
}
