import { errorMessage } from '../src-shared/errors';
import { type Engine, loadEngine } from './engine/load';
import { currentInstallation } from './engine/provision/installation';
import { serveTrainer, parentTransport } from './workers/trainer-service';

/**
 * Entry of the trainer process, which trains children for the process that started it: a separate process, since a step
 * blocks the event loop and a child may take all memory with it.
 */
function main(): void {
  const transport = parentTransport();
  if (transport === null) {
    console.error('This program trains networks for Cellsmith, which starts it by itself.');
    process.exitCode = 2;
    return;
  }
  transport.onDisconnect(() => process.exit(0));
  // Ctrl-C in a terminal reaches every process of it; the one that started this one decides what it means.
  process.on('SIGINT', () => undefined);
  const engine = (() => {
    try {
      return loadEngine();
    } catch (error) {
      console.error(errorMessage(error));
      process.exit(1);
    }
  })();
  serveTrainer(transport, (code) => process.exit(code));
  transport.send({
    type: 'ready',
    pid: process.pid,
    tensorflow: currentInstallation()?.tensorflow ?? 'unknown',
    device: usesGpu(engine) ? 'gpu' : 'cpu',
  });
}

function usesGpu(engine: Engine): boolean {
  const { isUsingGpuDevice } = engine.backend() as unknown as { readonly isUsingGpuDevice: boolean };
  return isUsingGpuDevice;
}

main();
