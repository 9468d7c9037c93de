import { onBeforeUnmount, onMounted } from 'vue';

/** Listens to the keys of the window while the component is mounted. */
export function useKeys(listener: (event: KeyboardEvent) => void): void {
  onMounted(() => window.addEventListener('keydown', listener));
  onBeforeUnmount(() => window.removeEventListener('keydown', listener));
}

/** Whether a key goes to something that is written into, or to a dialog: single keys then mean letters, or nothing. */
export function isWriting({ target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  return /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.closest('[role="dialog"]') !== null;
}
