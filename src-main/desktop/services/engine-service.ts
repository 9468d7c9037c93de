import { availableParallelism } from 'node:os';
import { CellsmithError } from '../../../src-shared/errors';
import type { EngineReportState, EngineState } from '../../../src-shared/ipc/states';
import {
  currentInstallation,
  type EngineInstallation,
  type EngineVariant,
} from '../../engine/provision/installation';
import { provisionEngine } from '../../engine/provision/provision';
import { engineReport } from '../../engine/provision/report';
import { problemOf } from '../app-log';

/** The training engine as the window sees it. */
export interface EngineService {
  readonly state: EngineState;
  /** Ensures that the engine is installed; concurrent callers share one installation. @throws CellsmithError engine.provisioning */
  readonly ensure: () => Promise<EngineInstallation>;
  /**
   * Reinstalls it; the present installation stays in use until the new one works.
   * @param variant null for the installed one
   * @throws CellsmithError engine.provisioning, 'run.locked' while it is being installed
   */
  readonly reinstall: (variant: EngineVariant | null) => Promise<EngineInstallation>;
  /** Measures it. @throws CellsmithError engine.* */
  readonly report: () => Promise<EngineReportState>;
}

export function engineService(
  onChange: (state: EngineState) => void,
  onReady: (installation: EngineInstallation) => void,
): EngineService {
  let state: EngineState = { kind: 'busy', stage: 'checking', done: 0, total: 0, millisecondsLeft: null };
  let underWay: Promise<EngineInstallation> | null = null;
  const change = (next: EngineState): void => {
    state = next;
    onChange(next);
  };
  const provision = async (
    options: { readonly reinstall?: boolean; readonly variant?: EngineVariant } = {},
  ): Promise<EngineInstallation> => {
    try {
      const installation = await provisionEngine({
        ...options,
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
      onReady(installation);
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
    ensure: () => (underWay ??= provision()),
    reinstall: (variant) => {
      if (underWay !== null)
        throw new CellsmithError('run.locked', 'The training engine is already being installed.');
      const wanted = variant ?? currentInstallation()?.variant;
      underWay = provision({ reinstall: true, ...(wanted !== undefined && { variant: wanted }) });
      return underWay;
    },
    report: async () => {
      const installation = await (underWay ?? provision());
      const { versions, cpu, gpus, matmul, ...rest } = await engineReport(installation);
      const { tensorflow, tfjs, binding } = versions;
      const { variant, directory, oneDnn, threads } = rest;
      return {
        ...{ tensorflow, tfjs, binding, variant, directory, oneDnn, threads },
        gpus: [...gpus],
        cpu: cpu.model,
        cores: cpu.cores,
        features: [...cpu.features],
        matmul: { side: matmul.side, gflops: matmul.gflops },
      };
    },
  };
}
