/** Files and folders that the system or the user opens with the program, queued until a window listens. */
export interface PathsToOpen {
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
