const SECRET_NAME =
  /((?:password|passwd|secret|token|credentials?|api_?key|access_?key|private_?key)\w*["']?\s*:\s*["']?)([^\s"',}]+)/gi;
const URL_PASSWORD = /(:\/\/[^:@/\s]*:)([^@\s]+)(?=@)/g;

/** Masks passwords in URLs and the values of options that are called like secrets; the length stays, variables stay readable. */
export function maskSecrets(line: string): string {
  const mask = (_whole: string, before: string, secret: string): string =>
    before + (secret.startsWith("${") ? secret : "*".repeat(secret.length));
  return line.replaceAll(URL_PASSWORD, mask).replaceAll(SECRET_NAME, mask);
}
