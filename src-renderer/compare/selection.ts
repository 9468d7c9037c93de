/** The views of the page, in their order. */
export const views = ['curves', 'progress', 'decisions', 'size', 'options', 'published'] as const;
export type View = (typeof views)[number];

/** A child of a compared run. */
export interface ChildReference {
  /** Folder of the run. */
  readonly folder: string;
  /** Number of the trial. */
  readonly trial: number;
}

/** What the page shows; encoded in its address. */
export interface Selection {
  /** Folders of the runs, in the order in which they were chosen. */
  readonly folders: readonly string[];
  readonly children: readonly ChildReference[];
  readonly view: View;
}

/** More runs are indistinguishable by colour, more children by eye. */
export const mostRuns = 6;
export const mostChildren = 24;

type Query = Readonly<Record<string, string | null | readonly (string | null)[] | undefined>>;

/** Parses an address; invalid parts are skipped. */
export function readSelection(query: Query): Selection {
  const folders = [...new Set(listOf(query['run']))].slice(0, mostRuns);
  const children = new Map<string, ChildReference>();
  for (const text of listOf(query['child'])) {
    // The place of its run among the runs, and its number: folders would make the address long.
    const [, place = '', number = ''] = /^(\d{1,3})\.([1-9]\d{0,8})$/.exec(text) ?? [];
    const folder = place === '' ? undefined : folders[Number(place)];
    if (folder !== undefined && children.size < mostChildren)
      children.set(`${number} ${folder}`, { folder, trial: Number(number) });
  }
  const view = views.find((one) => one === query['view']) ?? 'curves';
  return { folders, children: [...children.values()], view };
}

/** The address of a selection: the inverse of `readSelection`. */
export function writeSelection({ folders, children, view }: Selection): Record<string, string | string[]> {
  return {
    run: [...folders],
    child: children.map(({ folder, trial }) => `${folders.indexOf(folder)}.${trial}`),
    view,
  };
}

/** Adds a run or takes it away, with its children. */
export function toggleRun(selection: Selection, folder: string): Selection {
  const { folders, children } = selection;
  if (!folders.includes(folder))
    return folders.length < mostRuns ? { ...selection, folders: [...folders, folder] } : selection;
  return {
    ...selection,
    folders: folders.filter((other) => other !== folder),
    children: children.filter((child) => child.folder !== folder),
  };
}

/** Adds a child or takes it away. */
export function toggleChild(selection: Selection, { folder, trial }: ChildReference): Selection {
  const { children } = selection;
  const others = children.filter((child) => child.folder !== folder || child.trial !== trial);
  if (others.length < children.length) return { ...selection, children: others };
  return children.length < mostChildren
    ? { ...selection, children: [...children, { folder, trial }] }
    : selection;
}

function listOf(value: Query[string]): string[] {
  const list = typeof value === 'string' ? [value] : (value ?? []);
  return list.filter((item): item is string => item !== null && item !== '');
}
