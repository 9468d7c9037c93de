import { onBeforeUnmount, ref, type Ref } from 'vue';

/** Colours of the tokens, as a canvas needs them. */
export type Palette = Readonly<
  Record<'text' | 'soft' | 'line' | 'raised' | 'own' | 'best' | 'random' | 'bad', string>
> & {
  readonly series: readonly string[];
  /** From the lowest to the highest value, as #rrggbb. */
  readonly scale: readonly string[];
};

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token('text'),
    soft: token('text-soft'),
    line: token('line'),
    raised: token('raised'),
    own: token('series-own'),
    best: token('series-best'),
    random: token('series-random'),
    bad: token('bad'),
    series: [1, 2, 3, 4, 5, 6].map((number) => token(`series-${number}`)),
    scale: ['low', 'middle', 'high'].map((name) => token(`scale-${name}`)),
  };
}

/** The palette of the current theme; reactive. */
export function usePalette(): Ref<Palette> {
  const palette = ref(readPalette());
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const change = (): void => void (palette.value = readPalette());
  dark.addEventListener('change', change);
  onBeforeUnmount(() => dark.removeEventListener('change', change));
  return palette;
}
