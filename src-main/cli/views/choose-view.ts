import type { Terminal } from '../terminal';
import { barsView } from './bars-view';
import { jsonView, linesView } from './plain-views';
import type { SearchView } from './search-view';

/** Events as JSON with --json, bars on an interactive terminal, plain lines elsewhere. */
export function chooseView(terminal: Terminal, json: boolean): SearchView {
  if (json) return jsonView(terminal);
  return terminal.draws ? barsView(terminal) : linesView(terminal);
}
