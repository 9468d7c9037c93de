import type { Bridge } from '../src-shared/ipc/contract';

declare global {
  interface Window {
    /** What the preload gives the window: see src-main/desktop/preload.ts. */
    readonly cellsmith: Bridge & { readonly pathOf: (file: File) => string };
  }
}
