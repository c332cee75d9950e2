/** The value of a line of INFO, `undefined` where there is none. */
export function infoText(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
}

/** As {@link infoText}; 0 where there is no number. */
export function infoNumber(info: string, name: string): number {
  const value = Number(infoText(info, name) ?? 0);
  return Number.isFinite(value) ? value : 0;
}
