import type { Trial } from '../trial';

/**
 * How long children had been in training when each trial ended, in milliseconds: time in which several trained at once counts once, and
 * time in which none did (a pause, a night) not at all. So runs can be compared that were stopped and resumed.
 * @returns number of a trial → milliseconds; trials that have not ended are not in it
 */
export function trainingTimes(
  trials: readonly Pick<Trial, 'number' | 'startedAt' | 'endedAt'>[],
): Map<number, number> {
  const ended = trials.flatMap(({ number, startedAt, endedAt }) =>
    endedAt === null ? [] : [{ number, from: Math.min(startedAt ?? endedAt, endedAt), to: endedAt }],
  );
  /** Stretches of training in order, none touching another, with the time before each. */
  const stretches: { from: number; to: number; before: number }[] = [];
  for (const { from, to } of ended.toSorted((a, b) => a.from - b.from)) {
    const last = stretches.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else stretches.push({ from, to, before: last === undefined ? 0 : last.before + last.to - last.from });
  }
  const times = new Map<number, number>();
  let at = 0;
  for (const { number, to } of ended.toSorted((a, b) => a.to - b.to)) {
    while ((stretches[at]?.to ?? Infinity) < to) at++;
    const stretch = stretches[at];
    if (stretch !== undefined) times.set(number, stretch.before + to - stretch.from);
  }
  return times;
}
