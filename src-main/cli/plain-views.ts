import { eventLine } from './event-lines';
import type { SearchView } from './search-view';
import { datasetStages, engineStage } from './stage-texts';
import { writeJson, writeLine, type Terminal } from './terminal';

/** Each event as a line of JSON on the standard output; what is for people goes to the standard error. */
export function jsonView(terminal: Terminal): SearchView {
  const nothing = (): void => undefined;
  return {
    dataset: nothing,
    engine: nothing,
    begin: nothing,
    event: (event) => writeJson(terminal, event),
    note: (text) => terminal.stderr.write(`${text}\n`),
    close: nothing,
  };
}

/** Plain lines, for logs and pipes: one for each child and update, one for each stage of preparation. */
export function linesView(terminal: Terminal): SearchView {
  let stage = '';
  const onStage = (text: string): void => {
    if (text !== stage) writeLine(terminal, text);
    stage = text;
  };
  return {
    dataset: ({ stage }) => {
      if (stage !== 'listing') onStage(datasetStages[stage]);
    },
    engine: ({ stage, total }) => {
      if (stage !== 'checking') onStage(engineStage(stage, total));
    },
    begin: () => undefined,
    event: (event) => {
      const line = eventLine(event);
      if (line !== undefined) writeLine(terminal, line);
    },
    note: (text) => writeLine(terminal, text),
    close: () => undefined,
  };
}
