import { availableParallelism } from 'node:os';
import type { EngineState } from '../../src-shared/ipc/states';
import type { EngineInstallation } from '../engine/provision/installation';
import { provisionEngine } from '../engine/provision/provision';
import { problemOf } from './ipc/problems';

/** The training engine as the window sees it. */
export interface EngineService {
  readonly state: EngineState;
  /** Makes sure of the engine, once for all who ask at the same time. @throws CellsmithError engine.provisioning */
  readonly ensure: () => Promise<EngineInstallation>;
}

export function engineService(onChange: (state: EngineState) => void): EngineService {
  let state: EngineState = { kind: 'busy', stage: 'checking', done: 0, total: 0, millisecondsLeft: null };
  let underWay: Promise<EngineInstallation> | null = null;
  const change = (next: EngineState): void => {
    state = next;
    onChange(next);
  };
  const ensure = async (): Promise<EngineInstallation> => {
    try {
      const installation = await provisionEngine({
        onProgress: ({ stage, done, total, secondsLeft }) =>
          change({
            kind: 'busy',
            stage,
            done,
            total,
            millisecondsLeft: secondsLeft === undefined ? null : 1000 * secondsLeft,
          }),
      });
      const { tensorflow, variant, directory } = installation;
      change({ kind: 'ready', tensorflow, variant, directory, threads: availableParallelism() });
      return installation;
    } catch (error) {
      change({ kind: 'failed', problem: problemOf(error) });
      throw error;
    } finally {
      underWay = null;
    }
  };
  return {
    get state() {
      return state;
    },
    ensure: () => (underWay ??= ensure()),
  };
}
