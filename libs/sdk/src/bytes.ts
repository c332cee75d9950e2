/**
 * Bytes handed from one owner to the next: whoever receives them owns them, and nobody mutates them afterwards.
 * A backend may keep the very array it was given; a caller may keep the very array it was returned.
 */
export type Bytes = Uint8Array;
