/** Whether a key goes to something that is written into: single keys then mean letters. */
export function isWriting({ target }: KeyboardEvent): boolean {
  return target instanceof Element && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}
