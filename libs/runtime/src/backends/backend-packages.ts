/** Backends that have a package of this project, by what YAML calls them. */
const OWN_PACKAGES: Readonly<Record<string, string>> = {
  memory: "@cogniverse/cache-memory",
  local: "@cogniverse/cache-local",
  redis: "@cogniverse/cache-redis",
  s3: "@cogniverse/cache-s3",
  gcs: "@cogniverse/cache-gcs",
};

/** What YAML can say behind `backend:` without naming a package. */
export const OWN_BACKENDS: readonly string[] = Object.keys(OWN_PACKAGES);

/**
 * The packages that may be meant by a backend's name, best first: one of this project's, a scoped package or path as it is, else
 * `@cogniverse/cache-<name>` and then `<name>`. Empty where no package can have that name.
 */
export function packagesFor(backend: string): readonly string[] {
  const own = Object.hasOwn(OWN_PACKAGES, backend) ? OWN_PACKAGES[backend] : undefined;
  if (own !== undefined) return [own];
  if (/^\.{1,2}\//.test(backend) || /^(?:@[\w.~-]+\/)?[\w.~-]+(?:\/[\w.~/-]+)?$/.test(backend))
    return /[@/]/.test(backend) ? [backend] : [`@cogniverse/cache-${backend}`, backend];
  return [];
}
