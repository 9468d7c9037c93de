import { provisionEngine } from '../engine/provision/provision';
import { describeReport, engineReport } from '../engine/provision/report';
import type { EngineVariant } from '../engine/provision/installation';
import { exitCodes } from './exit-codes';
import { listenForInterrupts } from './interrupts';
import { writeJson, writeLine, type Terminal } from './terminal';
import { chooseView } from './views/plain-views';

export interface EngineOptions {
  readonly report: boolean;
  readonly wheel?: string;
  readonly variant?: EngineVariant;
  readonly json: boolean;
}

/** `cellsmith engine`: installs the training engine if it is missing, and prints its version. */
export async function engineCommand(terminal: Terminal, options: EngineOptions): Promise<number> {
  const { report, wheel, variant, json } = options;
  const view = chooseView(terminal, json);
  const interrupts = listenForInterrupts(() => undefined);
  const signal = AbortSignal.any([interrupts.gentle, interrupts.immediate]);
  try {
    const installation = await provisionEngine({
      signal,
      ...(wheel !== undefined && { wheel }),
      ...(variant !== undefined && { variant }),
      onProgress: (progress) => view.engine(progress),
    });
    view.close();
    if (report) {
      const measured = await engineReport(installation, { signal });
      if (json) writeJson(terminal, measured);
      else writeLine(terminal, describeReport(measured));
    } else if (json) writeJson(terminal, installation);
    else {
      const kind = installation.variant === 'cuda' ? 'with CUDA' : 'for the CPU';
      writeLine(
        terminal,
        `The training engine is ready: TensorFlow ${installation.tensorflow} ${kind}, in ${installation.directory}`,
      );
    }
    return exitCodes.ok;
  } finally {
    view.close();
  }
}
