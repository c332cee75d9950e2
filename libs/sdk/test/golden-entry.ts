import { toPosition, type Entry } from "@cogniverse/sdk";

/** The entry in golden/frame-v1.bin: every property set, with text that is not ASCII. Never change it; a new version has a new file. */
export const goldenEntry: Entry = {
  data: Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 255),
  metadata: {
    logId: "0123456789abcdef0123456789abcdef",
    asOf: toPosition(4_294_967_297),
    createdAt: 1_735_689_600_000,
    freshUntil: 1_735_689_660_500,
    expiresAt: null,
    computeMs: 12.5,
    codec: "json",
    contentType: "application/json",
    encodings: ["zstd"],
    decodedBytes: 4096,
    checksum: "crc32:0a1b2c3d",
    digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    tags: ["vidéo", ""],
    inherited: [
      { scope: { kind: "key", value: "frames/v1/frame_0.jpg" }, asOf: toPosition(7), digest: "ab" },
      { scope: { kind: "prefix", value: "embeddings/m/" }, asOf: toPosition(0) },
      { scope: { kind: "glob", value: "frames/*/keyframes.json" }, asOf: toPosition(8) },
      { scope: { kind: "tenant" }, asOf: toPosition(9) },
    ],
    user: { title: "Straße 😀", "": "empty name" },
  },
};
