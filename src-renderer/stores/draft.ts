import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { optionsOf, type Option, optionUnions } from '../../src-shared/config/options/options';
import { mergeOptions, overridesAt } from '../../src-shared/config/options/overrides';
import { valueAt, type Group } from '../../src-shared/config/options/values';
import { checkConfig, type Problem } from '../../src-shared/config/parse-config';
import {
  findPreset,
  presetNames,
  presets,
  publishedFor,
  type PresetName,
} from '../../src-shared/config/presets';
import type { Settings } from '../../src-shared/ipc/states';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { useApp } from './app';

const storageKey = 'cellsmith.draft';

interface Kept {
  readonly preset: PresetName;
  readonly edits: Edits;
  readonly loaded: SearchConfig | null;
}

/** The configuration that the user is writing: a preset, or a file, and what was changed of it. Survives a reload of the window. */
export const useDraft = defineStore('draft', () => {
  const kept = recall();
  const preset = ref<PresetName>(kept?.preset ?? 'demo');
  /** A configuration that was opened from a file; it takes the place of the preset's. */
  const loaded = shallowRef<SearchConfig | null>(kept?.loaded ?? null);
  const edits = ref<Edits>(kept?.edits ?? {});

  const app = useApp();
  const base = computed<SearchConfig>(
    () => loaded.value ?? onThisMachine(findPreset(preset.value).config, app.settings),
  );
  const values = computed(() => edited(base.value, edits.value));
  const check = computed(() => checkConfig(values.value));
  const config = computed<SearchConfig | null>(() => check.value.config);
  /** What the search is on. */
  const kind = computed(() => base.value.recipe.kind);
  const options = computed<Option[]>(() => optionsOf(values.value));
  /** What is wrong by option, '' for what belongs to none. */
  const problems = computed(() =>
    problemsByOption(check.value.problems, new Set(options.value.map(({ path }) => path))),
  );

  watch(
    [preset, edits, loaded],
    () =>
      sessionStorage.setItem(
        storageKey,
        JSON.stringify({ preset: preset.value, edits: edits.value, loaded: loaded.value } satisfies Kept),
      ),
    { deep: true },
  );

  function take(name: PresetName): void {
    preset.value = name;
    loaded.value = null;
    edits.value = {};
  }

  function load(given: SearchConfig): void {
    loaded.value = given;
    edits.value = {};
  }

  function isChanged({ path, value }: Option): boolean {
    return JSON.stringify(value) !== JSON.stringify(valueAt(base.value, path));
  }

  function set(path: string, value: unknown): void {
    edits.value = editsWith(edits.value, path, value);
  }

  function reset(path: string): void {
    edits.value = editsWithout(edits.value, path);
  }

  /** Sets the options to what the published search on the same data has, where the paper says something. */
  function takePaper(group: readonly Option[]): void {
    const published = presets[publishedFor(base.value)].config;
    for (const { path, paper } of group) {
      const value = valueAt(published, path);
      if (paper !== null && value !== undefined) set(path, value);
    }
  }

  return {
    preset,
    loaded,
    kind,
    config,
    problems,
    options,
    take,
    load,
    isChanged,
    set,
    reset,
    takePaper,
  };
});

/** A preset with what the user lets searches have of the machine. */
function onThisMachine(config: SearchConfig, { trainers }: Settings): SearchConfig {
  const { count, device } = trainers;
  return {
    ...config,
    trainers: { ...config.trainers, count, device },
  };
}

function recall(): Kept | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Kept | null;
    return stored !== null && presetNames.includes(stored.preset) ? stored : null;
  } catch {
    return null;
  }
}

/** Values that differ from the configuration to begin with, by the dotted path of their option. They may be wrong. */
export type Edits = Readonly<Record<string, unknown>>;

/** The configuration that edits make, not checked. */
export function edited(base: SearchConfig, edits: Edits): Group {
  return mergeOptions({ ...base }, overridesAt(Object.entries(edits)));
}

/** The edits after an option has been set. A group of another kind begins with the initial values of that kind. */
export function editsWith(edits: Edits, path: string, value: unknown): Edits {
  return { ...editsWithout(edits, path), [path]: value };
}

/** The edits without that of an option; of a group's kind, without those of the group. */
export function editsWithout(edits: Edits, path: string): Edits {
  const group = groupOfKind(path);
  return Object.fromEntries(
    Object.entries(edits).filter(([key]) => key !== path && (group === null || !key.startsWith(`${group}.`))),
  );
}

/** The path of the group whose kind an option is; null for other options. */
function groupOfKind(path: string): string | null {
  const end = path.lastIndexOf('.');
  const group = path.slice(0, Math.max(0, end));
  return optionUnions().get(group)?.discriminator === path.slice(end + 1) ? group : null;
}

/**
 * What is wrong by the option that shows it, '' for what belongs to none of them.
 * @param paths of the options that are shown
 */
export function problemsByOption(
  problems: readonly Problem[],
  paths: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const byOption = new Map<string, string>();
  for (const { path, message } of problems) {
    const shown = paths.has(path) ? path : '';
    const text = shown === '' && path !== '' ? `${path} ${message}` : message;
    if (!byOption.has(shown)) byOption.set(shown, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
  }
  return byOption;
}
