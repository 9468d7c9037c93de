import { counted } from '../../../src-shared/counted';
import { placesOf, type QueueState } from '../../../src-shared/run/queue-state';

/** State of a queue as a line: its workers for this search, or what is wrong. */
function queueText(queue: QueueState): string {
  if (queue.problem !== null) return queue.problem;
  const workers = queue.workers.filter(({ holdsData }) => holdsData);
  const hosts = [...new Set(workers.map(({ host }) => host))];
  const named =
    hosts.length > 4 ? `${hosts.slice(0, 4).join(', ')} and ${hosts.length - 4} more` : hosts.join(', ');
  return `queue ${queue.url}: ${counted(workers.length, 'worker')} with ${counted(placesOf(queue), 'trainer')} on ${named}`;
}

/** A function that writes a text unless it equals the last one. */
export function sayChanges(say: (text: string) => void): (queue: QueueState) => void {
  let last = '';
  return (queue) => {
    const text = queueText(queue);
    if (text !== last) say(text);
    last = text;
  };
}
