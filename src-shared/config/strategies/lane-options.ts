import { z } from 'zod';
import { option } from '../../option';

const count = z.int().min(1);

/** Options of strategies that work in batches, several of them independent of each other. */
export const laneOptions = {
  childrenPerUpdate: option(count.max(256), {
    label: 'Batch size m (children per update)',
    help: 'Networks that a replica proposes per gradient (m in the paper).',
    paper: { v1: 8, 'ptb-base8': 1 },
    initial: () => 8,
  }),
  replicas: option(count.max(1000), {
    label: 'Replicas',
    help: 'Controllers that propose and learn in parallel, without waiting for each other (K in the paper). With one replica, or in synchronous mode, a search is repeatable.',
    paper: { v1: 100, 'ptb-base8': 400 },
    initial: () => 1,
  }),
  mode: option(z.enum(['asynchronous', 'synchronous']), {
    label: 'Replica mode',
    help: 'asynchronous: each replica learns when its own networks have been trained. synchronous: all propose, then learn in order, so that the same seed gives the same search whichever network finishes first.',
    paper: { v1: 'asynchronous' },
    initial: () => 'asynchronous',
  }),
};
