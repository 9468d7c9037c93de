import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A private Redis of a test, which writes every command to its file before it answers. */
export interface RedisServer {
  readonly port: number;
  /** Without password. */
  readonly url: string;
  /** Kills it like a power cut. */
  kill(): Promise<void>;
  /** Restarts it on its files. */
  start(): Promise<void>;
  /** Stops it for a while (SIGSTOP, SIGCONT): connections stay, and nothing answers. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  end(): Promise<void>;
}

export interface RedisServerOptions {
  /** Folder for its files; made. */
  readonly folder: string;
  readonly password?: string;
  /** Files of a certificate and its key: it accepts TLS only. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Starts redis-server (Debian: the package redis-server) on a free port. */
export async function redisServer({ folder, password, tls }: RedisServerOptions): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const ports = tls === undefined ? ['--port', `${port}`] : ['--port', '0', '--tls-port', `${port}`];
  const certificates =
    tls === undefined
      ? []
      : ['--tls-cert-file', tls.certificate, '--tls-key-file', tls.key, '--tls-auth-clients', 'no'];
  const parameters = [
    ...ports,
    ...certificates,
    ...[
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
    ],
    ...['--loglevel', 'warning', ...(password === undefined ? [] : ['--requirepass', password])],
  ];
  let process: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = process;
    process = undefined;
    if (running?.exitCode !== null) return;
    const exit = once(running, 'exit');
    running.kill('SIGKILL');
    await exit;
  };
  const start = async (): Promise<void> => {
    const started = spawn('redis-server', parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let failure: Error | undefined;
    started.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    started.on('error', (error) => (failure = error));
    process = started;
    while (!(await answers(port))) {
      if (failure !== undefined)
        throw new Error(
          `redis-server is needed for this test: apt-get install redis-server. ${failure.message}`,
        );
      if (started.exitCode !== null) throw new Error(`redis-server did not start: ${output}`);
      await wait(20);
    }
  };
  await start();
  return {
    port,
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    kill,
    start,
    signal: (name) => void process?.kill(name),
    end: kill,
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A free port. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
