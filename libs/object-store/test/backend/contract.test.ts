import { describeBackend } from "@cogniverse/testkit/jest";
import { ObjectLayout, type ObjectBackendOptions } from "../../src/index.ts";
import { MemoryClient } from "../memory-bucket.ts";
import { openTier, testContext } from "../surroundings.ts";

const layout = new ObjectLayout();

function fixture(listsHeaders: boolean, options: Partial<ObjectBackendOptions>) {
  const client = new MemoryClient();
  client.listsHeaders = listsHeaders;
  const { bucket } = client;
  const { backend, context } = openTier(options, client);
  const another = async () =>
    openTier(options, new MemoryClient(bucket), testContext(context.clock)).backend;
  return {
    backend,
    clock: context.clock,
    advance: (ms: number) => context.clock.advanceAndSettle(ms),
    reopen: another,
    another,
    forget: async () => bucket.objects.clear(),
    async spoil(key: string, tenantId: string, how: string) {
      const name = layout.entry(tenantId, key);
      const stored = bucket.objects.get(name);
      if (stored === undefined) throw new Error(`${name} is not there`);
      const { headers } = stored.info;
      const changes = { corrupt: "1-0", unsupported: "2-0" }[how];
      const metadata = changes === undefined ? {} : { ...headers.metadata, "cog-v": changes };
      if (how === "archived") bucket.unreadable.set(name, "archived");
      else bucket.set(name, stored.data, { headers: { ...headers, metadata } });
    },
  };
}

const WAYS: readonly (readonly [
  name: string,
  listsHeaders: boolean,
  options: Partial<ObjectBackendOptions>,
])[] = [
  ["object store whose listings have no headers", false, {}],
  ["object store whose listings have headers", true, {}],
  ["object store whose writes of one key are coalesced", true, { coalesceMs: 0 }],
];

for (const [name, listsHeaders, options] of WAYS)
  describeBackend(name, () => fixture(listsHeaders, options), {
    capabilities: ["entries", "batch", "streams", "scan", "log", "purge"],
    hooks: ["reopen", "another", "forget", "spoil"],
    unreadable: ["corrupt", "unsupported", "foreign", "archived"],
    metadataLimitBytes: 1900,
  });
