export type {
  ListedObject,
  ObjectClient,
  ObjectCondition,
  ObjectHeaders,
  ObjectInfo,
  ObjectWrite,
  OpenObject,
  ReadObject,
  UnreadableObject,
} from "./object-client.ts";
