/** Randomness, passed in so that a run can be repeated. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** An id that no other node, process or restart makes again (128 random bits as 32 hex digits). */
  id(): string;
}
