import { settle } from "@cogniverse/testkit";

/** Whether a promise is settled once everything that is ready has run. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => (settled = true));
  await settle();
  return settled;
}
