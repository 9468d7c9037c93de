import cliProgress, { type MultiBar, type SingleBar } from 'cli-progress';
import { paceOf, partDone } from '../../../src-shared/run/progress';
import { runState, type RunState } from '../../../src-shared/run/run-state';
import { eventLine, queueTextWriter, overallText, datasetStages, engineStage } from './texts';
import type { PreparingView, SearchOverview, SearchView } from './search-view';
import { writeLine, type Terminal } from '../terminal';

/** Resolution of each bar. */
const parts = 1000;

/** Preparation before training, as one bar. */
function preparingBar(terminal: Terminal): PreparingView {
  let preparing: MultiBar | undefined;
  let bar: SingleBar | undefined;
  const prepare = (text: string, share: number): void => {
    preparing ??= bars(terminal);
    bar ??= preparing.create(parts, 0, { text: '', tail: '' });
    bar.update(Math.round(share * parts), { text, tail: '' });
  };
  return {
    dataset: ({ stage, done, total }) => {
      if (stage !== 'listing')
        prepare(datasetStages[stage], total === null || total === 0 ? 0 : done / total);
    },
    engine: ({ stage, done, total }) => {
      if (stage !== 'checking') prepare(engineStage(stage, total), total === 0 ? 0 : done / total);
    },
    close: () => {
      preparing?.stop();
      preparing = undefined;
      bar = undefined;
    },
  };
}

/** A row for each trainer, one for the whole search with the time left, and a line above them for each child that ends. */
export function barsView(terminal: Terminal): SearchView {
  const preparing = preparingBar(terminal);
  let searching: SearchBars | undefined;
  return {
    ...preparing,
    begin: (overview) => {
      preparing.close();
      searching = searchBars(terminal, overview);
    },
    event: (event) => searching?.event(event),
    note: (text) => {
      if (searching === undefined) writeLine(terminal, text);
      else searching.line(text);
    },
    close: () => {
      preparing.close();
      searching?.stop();
      searching = undefined;
    },
  };
}

interface SearchBars {
  event(event: Parameters<SearchView['event']>[0]): void;
  line(text: string): void;
  stop(): void;
}

function searchBars(terminal: Terminal, overview: SearchOverview): SearchBars {
  const { config } = overview;
  const multi = bars(terminal);
  // Workers come and go: their children have no bars, only a count.
  const drawn = config.trainers.queue === null ? config.trainers.count : 0;
  const writeQueue = queueTextWriter((text) => {
    multi.log(`${text}\n`);
  });
  const rows = Array.from({ length: drawn }, (_, row) =>
    multi.create(parts, 0, { text: `trainer ${row + 1}`, tail: 'waiting' }),
  );
  const text = config.space.kind === 'given' ? 'training' : 'search';
  const overall = multi.create(parts, 0, { text, tail: '' });
  let state = overview.earlier;

  const draw = (): void => {
    for (const [index, row] of rows.entries()) {
      const child = state.trainers.get(index + 1);
      if (child === undefined) row.update(0, { tail: 'waiting' });
      else {
        const epochs = overview.epochsOf(child.trial);
        row.update(Math.round(parts * partDone(child, epochs)), {
          tail: `child ${child.trial}, epoch ${Math.min(child.epoch + 1, epochs)} of ${epochs}`,
        });
      }
    }
    overall.update(Math.round(parts * shareDone(state, overview)), {
      tail: overallText(state, overview),
    });
  };
  draw();
  // The time left also changes while nothing happens.
  const ticking = setInterval(draw, 1000);
  ticking.unref();
  return {
    event: (event) => {
      state = runState(state, event);
      const line = eventLine(event, state, overview);
      if (line !== undefined) multi.log(`${line}\n`);
      if (event.type === 'queueChanged') writeQueue(event.queue);
      draw();
    },
    line: (text) => {
      multi.log(`${text}\n`);
      draw();
    },
    stop: () => {
      clearInterval(ticking);
      multi.stop();
    },
  };
}

function shareDone(state: RunState, { config, used, epochsOf }: SearchOverview): number {
  if (state.evaluating !== null) return state.evaluating.share;
  const spent = used();
  const pace = paceOf(state, config, spent, epochsOf, Date.now());
  const { children: budget, hours, multiplyAdds } = config.budget;
  const under = pace.underWay.reduce((sum, part) => sum + part, 0);
  const ofChildren = budget === null ? 0 : (state.ended + under) / budget;
  const ofHours =
    hours === null || pace.until === null ? 0 : 1 - (pace.until - pace.now) / (hours * 3_600_000);
  const ofMultiplyAdds = multiplyAdds === null ? 0 : (spent.multiplyAdds ?? 0) / multiplyAdds;
  return Math.min(1, Math.max(ofChildren, ofHours, ofMultiplyAdds, 0));
}

/** Bars that vanish when stopped. */
function bars(terminal: Terminal): MultiBar {
  return new cliProgress.MultiBar(
    {
      stream: terminal.stdout,
      format: '{text} {bar} {tail}',
      barsize: 20,
      hideCursor: true,
      clearOnComplete: true,
      autopadding: true,
      // This program handles signals itself.
      gracefulExit: false,
      formatBar: (share, { barsize = 20 }) => {
        const full = Math.round(share * barsize);
        return '█'.repeat(full) + '░'.repeat(barsize - full);
      },
    },
    cliProgress.Presets.shades_classic,
  );
}
