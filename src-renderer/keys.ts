/** Whether a key goes to something that is written into, or to a dialog: single keys then mean letters, or nothing. */
export function isWriting({ target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  return /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.closest('[role="dialog"]') !== null;
}
