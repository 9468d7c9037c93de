import { metricNamed, metricText, type MetricId } from '../run/metric';
import { type Drawing, svgOf } from '../diagrams/drawing';
import { tasks } from '../tasks/tasks';
import { shortCount } from '../architecture/conv/conv-text';
import type { ArchitectureFile } from './architecture-file';

/** @param remarks whether shapes and parameters are written next to the layers of a network */
export function drawArchitecture(file: ArchitectureFile, remarks: boolean): Drawing {
  return tasks.of(file.kind).draw(file.architecture, file.task, remarks);
}

/** 'Child 17 of Three children', or what an architecture without an origin is. */
export function architectureName({ kind, origin }: ArchitectureFile): string {
  if (origin !== null) return `Child ${origin.trial} of ${origin.run.name}`;
  return tasks.of(kind).words.unnamed;
}

/** The image of an architecture as a file of SVG, with its name and its figures. */
export function architectureSvg(file: ArchitectureFile): string {
  const validation = file.origin?.validation;
  const figures = [
    ...(validation ? [reachedText(validation)] : []),
    `${shortCount(file.parameters)} parameters`,
  ];
  return svgOf(drawArchitecture(file, true), `${architectureName(file)}: ${figures.join(', ')}`);
}

/** '93.41 % validation accuracy', 'validation perplexity 78.4'. */
function reachedText({
  measure: metric,
  value,
}: {
  readonly measure: MetricId;
  readonly value: number;
}): string {
  const { name, unit } = metricNamed(metric);
  const text = metricText(metric, value);
  return unit === null ? `validation ${name} ${text}` : `${text} validation ${name}`;
}
