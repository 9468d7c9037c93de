import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { optionHelp, type OptionHelp } from '../../src-shared/config/options/option-help';
import { findPreset, presetNames, presets, type PresetName } from '../../src-shared/config/presets/presets';
import type { Settings } from '../../src-shared/ipc/states';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { useApp } from './app';
import { checkDraft, editsForKind, textOf, type Edits } from './draft-edits';

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
  const check = computed(() => checkDraft(base.value, edits.value));
  const config = computed<SearchConfig | null>(() => check.value.config);
  const lastValid = shallowRef<SearchConfig>(config.value ?? base.value);
  watch(config, (valid) => {
    if (valid !== null) lastValid.value = valid;
  });
  /** What the search is on. */
  const kind = computed(() => base.value.recipe.kind);
  const options = computed<OptionHelp[]>(() => optionHelp(lastValid.value));
  const baseValues = computed(
    () => new Map(optionHelp(base.value).map((option) => [option.path, option.value])),
  );
  /** Of the published search of the same kind. */
  const paperValues = computed(() => {
    const published = base.value.space.kind === 'conv' ? presets.v1.config : presets['ptb-base8'].config;
    return new Map(optionHelp(published).map((option) => [option.path, option.value]));
  });

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

  /** What stands in the field of an option. */
  function textAt(option: OptionHelp): string {
    return edits.value[option.path] ?? textOf(option.value);
  }

  function isChanged(option: OptionHelp): boolean {
    return textAt(option) !== textOf(baseValues.value.get(option.path));
  }

  function set(path: string, text: string): void {
    edits.value = path.endsWith('.kind')
      ? editsForKind(edits.value, lastValid.value, path, text)
      : { ...edits.value, [path]: text };
  }

  function reset(path: string): void {
    if (path.endsWith('.kind')) set(path, textOf(baseValues.value.get(path)));
    edits.value = Object.fromEntries(Object.entries(edits.value).filter(([key]) => key !== path));
  }

  /** Sets the options to what the paper has, where it says something. */
  function takePaper(group: readonly OptionHelp[]): void {
    const published = group.filter(
      (option) => option.paper !== null && paperValues.value.get(option.path) !== undefined,
    );
    for (const option of published) set(option.path, textOf(paperValues.value.get(option.path)));
  }

  return {
    preset,
    loaded,
    kind,
    config,
    check,
    options,
    take,
    load,
    textAt,
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
