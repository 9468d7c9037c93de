/** Files and folders that the system or the user opens with the program, kept until there is a window that hears of them. */
export interface PathsToOpen {
  /** Tells the window, or keeps the path for it. */
  readonly open: (path: string) => void;
  /** The window listens now: it is told what has come meanwhile. */
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
