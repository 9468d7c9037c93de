import { depthAt } from '../../src-shared/space/conv-space';
import type { ConvSpaceConfig } from '../../src-shared/tasks/conv/conv-options';
import type { Mark } from '../charts/figure';
import { countOf, wholeNumber } from '../../src-shared/format';

/**
 * The layer schedule as a sentence: how large networks are now, and when they grow.
 * @param proposed children that were proposed so far
 */
export function scheduleText(space: ConvSpaceConfig, proposed: number): string {
  const { schedule, blockSize } = space;
  const now = depthAt(schedule, proposed);
  const size =
    blockSize > 1
      ? countOf(now, `block of ${blockSize} layers`, `blocks of ${blockSize} layers`)
      : countOf(now, 'layer');
  if (schedule.growBy === 0 || now >= schedule.maximumLayers)
    return `Networks have ${size} and no longer grow.`;
  const next = schedule.every * (Math.floor(proposed / schedule.every) + 1);
  return (
    `Networks have ${size}; from child ${wholeNumber(next + 1)} on ${depthAt(schedule, next)}, ` +
    `then ${schedule.growBy} more every ${schedule.every === 1 ? 'child' : countOf(schedule.every, 'child', 'children')} up to ${schedule.maximumLayers}.`
  );
}

/** Where along the children that were proposed the networks became larger: the first child of each size, and the size. */
export function scheduleMarks({ schedule, blockSize }: ConvSpaceConfig, proposed: number): Mark[] {
  const marks: Mark[] = [];
  for (let before = schedule.every; before < proposed; before += schedule.every) {
    const depth = depthAt(schedule, before);
    if (depth > depthAt(schedule, before - 1))
      marks.push({ x: before + 1, label: `${depth} ${blockSize > 1 ? 'blocks' : 'layers'}` });
  }
  return marks;
}
