/**
 * False while nothing can be recording: every hit looks here before it looks at anything else, so that it pays for one field. True says no more than
 * that the active span is worth a look.
 */
export interface RecordingGate {
  readonly isOpen: boolean;
}
