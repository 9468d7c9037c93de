import { noRunState, runState } from '../../../src-shared/run/run-state';
import { eventLine, queueTextWriter, overallText, datasetStages, engineStage } from './texts';
import type { PreparingView, SearchOverview, SearchView } from './search-view';
import { writeJson, writeLine, type Terminal } from '../terminal';
import { barsView } from './bars-view';

/** Each event as a line of JSON on the standard output; messages for people go to standard error. */
function jsonView(terminal: Terminal): SearchView {
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

/** A line for each stage of preparation. */
function preparingLines(terminal: Terminal): PreparingView {
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
    close: () => undefined,
  };
}

/** Plain lines, for logs and pipes: one for each child and update, one for each stage of preparation. */
function linesView(terminal: Terminal): SearchView {
  let overview: SearchOverview | undefined;
  let state = noRunState;
  const writeQueue = queueTextWriter((text) => writeLine(terminal, text));
  return {
    ...preparingLines(terminal),
    begin: (search) => {
      overview = search;
      state = search.earlier;
    },
    event: (event) => {
      if (overview === undefined) return;
      state = runState(state, event);
      const line = eventLine(event, state, overview);
      if (line !== undefined) writeLine(terminal, line);
      if (event.type === 'queueChanged') writeQueue(event.queue);
      if (event.type === 'controllerUpdated' && line !== undefined)
        writeLine(terminal, `so far: ${overallText(state, overview)}`);
    },
    note: (text) => writeLine(terminal, text),
  };
}

/** Events as JSON with --json, bars on an interactive terminal, plain lines elsewhere. */
export function chooseView(terminal: Terminal, json: boolean): SearchView {
  if (json) return jsonView(terminal);
  return terminal.draws ? barsView(terminal) : linesView(terminal);
}
