import { createPause, defaultPatience } from '../../../workers/pool/watchdog';
import { CellsmithError } from '../../../../src-shared/errors';
import type { Generator } from '../../../../src-shared/random';
import { readMessage } from '../../../workers/queue/wire/messages';
import { superviseChild } from '../../../workers/pool/supervision';
import { trainerHandle } from '../../../workers/pool/trainer-handle';
import type { ProcessExit } from '../../../workers/trainer-process';
import { childOf } from '../../queue/queue-fixture';
import { epochOf } from '../../synthetic-pool';
import { wireMessages } from '../../queue/wire-messages';
import type { FuzzTarget } from '../fuzz';
import { hostileText, mutatedJson, mutatedValue } from '../mutate-json';

/** Messages in the queue, as text and as the values that BullMQ parses. */
export const queueTarget: FuzzTarget = {
  name: 'queue messages',
  prepare: () => (draw) => {
    const found = wireMessages[draw.integer(wireMessages.length)];
    if (found === undefined) return;
    const [, schema, message] = found;
    const text = mutatedJson(JSON.stringify(message), draw);
    readMessage(schema, draw.integer(2) === 0 ? text : parsedOr(text), 'A message');
  },
};

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The messages of a trainer process: its child ends whatever they are. */
export const trainerTarget: FuzzTarget = {
  name: 'trainer replies',
  prepare: () => {
    const replies = [
      { type: 'trialRestored', trial: 1, epochs: [epochOf(0, 0.5)] },
      { type: 'trialProgress', trial: 1, epoch: 1, step: 1, steps: 4 },
      { type: 'epochEnded', trial: 1, record: epochOf(1, 0.5) },
      { type: 'memory', bytes: 5 },
      { type: 'trialEnded', trial: 1, end: { outcome: 'completed', stopped: false } },
      { type: 'trialEnded', trial: 1, end: { outcome: 'failed', reason: 'error', message: 'no' } },
      { type: 'evaluated', trial: 1, measure: 0.5 },
    ];
    return async (draw) => {
      const result = await supervised((say) => {
        for (let count = draw.integer(3); count >= 0; count--) say(hostileReply(replies, draw));
        say({ type: 'trialEnded', trial: 1, end: { outcome: 'completed', stopped: false } });
      });
      if (result.outcome === 'failed') throw new CellsmithError('child.failed', result.message);
    };
  },
};

function hostileReply(replies: readonly unknown[], draw: Generator): unknown {
  const value = mutatedValue(replies[draw.integer(replies.length)], draw);
  switch (draw.integer(4)) {
    case 0:
      // Values that JSON cannot hold, but structured cloning can send.
      return [new Map([[1, value]]), 5n, undefined, new Date(NaN), new Uint8Array(4), cyclic(value)][
        draw.integer(6)
      ];
    case 1:
      return value;
    default:
      return parsedOr(hostileText(value));
  }
}

function cyclic(value: unknown): unknown {
  const group: Record<string, unknown> = { value };
  group['self'] = group;
  return group;
}

/** A supervised child, whose trainer's messages come from `speak`. */
function supervised(speak: (say: (message: unknown) => void) => void) {
  let say: (message: unknown) => void = () => undefined;
  let exit: (exit: ProcessExit) => void = () => undefined;
  const trainer = trainerHandle(
    {
      send: () => undefined,
      kill: () => exit({ code: null, signal: 'SIGTERM' }),
      onMessage: (listener) => (say = listener),
      onOutput: () => undefined,
      onExit: (listener) => (exit = listener),
    },
    () => undefined,
  );
  const limits = { patience: defaultPatience, grace: 1000 };
  const child = superviseChild(trainer, childOf(1), {}, limits, createPause());
  speak(say);
  return child;
}
