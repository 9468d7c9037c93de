import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Files and folders that the system or the user opens with the program, queued until a window listens. */
interface PathsToOpen {
  /** Sends the path to the window, or queues it. */
  readonly open: (path: string) => void;
  /** The window listens now: sends it the queued paths. */
  readonly listens: () => void;
  /** The window is being loaded, or gone. */
  readonly isGone: () => void;
}

export function pathsToOpen(tell: (path: string) => void): PathsToOpen {
  let listening = false;
  const waiting: string[] = [];
  return {
    open: (path) => {
      if (listening) tell(path);
      else waiting.push(path);
    },
    listens: () => {
      listening = true;
      for (const path of waiting.splice(0)) tell(path);
    },
    isGone: () => {
      listening = false;
    },
  };
}

/**
 * The file or folder that the program was started with, as by opening it with the program; null when there is none.
 * @param given the command line: the program, from the sources the application's folder too, then switches and paths to open
 * @param isPackaged whether the application is part of the program
 * @param folder what relative paths start from
 */
export function pathToOpen(
  given: readonly string[],
  isPackaged: boolean,
  folder: string,
  exists: (path: string) => boolean = existsSync,
): string | null {
  const words = given.slice(1).filter((word) => !word.startsWith('-'));
  const paths = (isPackaged ? words : words.slice(1)).map((word) => resolve(folder, word));
  return paths.find((path) => exists(path)) ?? null;
}
