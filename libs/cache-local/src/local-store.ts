import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { BackendContext, BackendPurgeOptions } from "@cogniverse/sdk";
import { Cleanup } from "./cleanup.ts";
import { DiskLimits } from "./disk-limits.ts";
import { EntryIndex } from "./entry-index.ts";
import { EntryReader } from "./entry-reader.ts";
import { EntryWriter } from "./entry-writer.ts";
import { openEnvironment, type Environment } from "./environment.ts";
import { Evictions } from "./evictions.ts";
import { checkFormat } from "./format.ts";
import { Freeing } from "./freeing.ts";
import { Graveyard } from "./graveyard.ts";
import { LocalLog } from "./log/local-log.ts";
import { LogStore } from "./log/log-store.ts";
import type { ResolvedOptions } from "./options.ts";
import { PendingFiles } from "./pending-files.ts";
import { ownIdentity } from "./process-identity.ts";
import { purgeTenant } from "./purge-tenant.ts";
import { Room } from "./room.ts";
import { Sieve } from "./sieve.ts";
import type { FileSystem } from "./file-system.ts";
import { ValueFiles } from "./value-files.ts";
import { WriteQueue } from "./write-queue.ts";

/** The opened parts of one directory, wired together. */
export interface LocalStore {
  readonly environment: Environment;
  readonly index: EntryIndex;
  readonly reader: EntryReader;
  readonly writer: EntryWriter;
  readonly evictions: Evictions;
  readonly cleanup: Cleanup;
  readonly limits: DiskLimits;
  readonly room: Room;
  readonly log: LocalLog;
  /** See `CacheBackend.purge`. */
  purge(tenantId: string, options: BackendPurgeOptions): Promise<number>;
  /** Finishes what was begun and lets the directory go. Call once. */
  close(): Promise<void>;
}

/** Address space that LMDB begins with: growing beyond it costs a remapping, using less of it costs nothing. */
const MAP_BYTES = 1 << 30;

/** Opens a directory. Costs the same however many entries it holds. */
export async function openStore(
  options: ResolvedOptions,
  context: BackendContext,
  fileSystem?: FileSystem,
): Promise<LocalStore> {
  const { basePath } = options;
  const environment = await openChecked(join(basePath, "index"));
  try {
    const log = await openChecked(join(basePath, "log"));
    try {
      return wire(options, context, environment, log, new ValueFiles(basePath, fileSystem));
    } catch (error) {
      await log.release();
      throw error;
    }
  } catch (error) {
    await environment.release();
    throw error;
  }
}

async function openChecked(path: string): Promise<Environment> {
  const environment = await openEnvironment(path, MAP_BYTES);
  try {
    checkFormat(environment, path);
    return environment;
  } catch (error) {
    await environment.release();
    throw error;
  }
}

function wire(
  options: ResolvedOptions,
  context: BackendContext,
  environment: Environment,
  logEnvironment: Environment,
  files: ValueFiles,
): LocalStore {
  const { clock, logger } = context;
  const own = ownIdentity();
  const newLogId = (): string => randomUUID().replaceAll("-", "");
  const log = new LocalLog(logEnvironment, new LogStore(logEnvironment, newLogId), own, context);

  const index = new EntryIndex(environment);
  const pending = new PendingFiles(environment, index, own);
  const writes = new WriteQueue(environment, "after");
  const sieve = new Sieve();
  const freeing = new Freeing();
  const graveyard = new Graveyard({ files, pending, writes, freeing, logger });
  const limits = new DiskLimits(options, { index: environment, log: logEnvironment, clock });
  const room = new Room({ index, pending, sieve, limits, freeing });
  const reader = new EntryReader(environment, index, files, sieve, clock);
  const evictions = new Evictions(clock, (found) => reader.load(found));
  const shared = { environment, index, pending, files, room, graveyard, writes, clock };
  const { inlineMaxBytes } = options;
  const writer = new EntryWriter({ ...shared, evictions, sieve, inlineMaxBytes });
  const cleanup = new Cleanup(shared);

  const close = async (): Promise<void> => {
    await cleanup.stop();
    await graveyard.settled();
    await Promise.all([writes.drained(), log.drained()]);
    log.close();
    await Promise.all([environment.release(), logEnvironment.release()]);
  };
  const purge: LocalStore["purge"] = (tenantId, how) => purgeTenant(shared, tenantId, how);
  return {
    environment,
    index,
    reader,
    writer,
    evictions,
    cleanup,
    limits,
    room,
    log,
    purge,
    close,
  };
}
