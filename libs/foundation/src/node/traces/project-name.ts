/**
 * The project of a tenant in Phoenix. Injective over pairs of project and tenant: a tenant id holds no `~`, which stands for its `-`, so that
 * the last `-` is where the project ends ("a" with "b-c" is "a-b~c", "a-b" with "c" is "a-b-c").
 */
export function projectOf(project: string, tenantId: string): string {
  return `${project}-${tenantId.replaceAll("-", "~")}`;
}
