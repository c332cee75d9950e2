/**
 * D between processes of one machine: a reader polls LMDB, which costs microseconds, so the time is chosen for what an operator may
 * wait for and a loaded event loop still keeps.
 */
export const LEASE_MS = 200;
