import { serveReader } from './datasets/serve-reader';

/** What Electron's utility processes have in `process`. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/**
 * Entry of the process that reads data sets for the desktop program: decoding keeps a CPU busy, and the library that decodes does
 * not get on with that of the window on Linux (both bring a GLib).
 */
function main(): void {
  const { parentPort } = process as { readonly parentPort?: ParentPort };
  if (parentPort === undefined) {
    console.error('This program reads data sets for Cellsmith, which starts it by itself.');
    process.exitCode = 2;
    return;
  }
  serveReader({
    send: (reply) => parentPort.postMessage(reply),
    onRequest: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
  });
}

main();
