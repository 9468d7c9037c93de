import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { EventName, EventOf, Reply, Request, RequestName } from '../../src-shared/ipc/contract';
import { assetOf, contentSecurityPolicy } from '../../src-main/desktop/window/pages';
import { root } from '../studio';
import { recordingFile, type Recording } from './recording';

/** Overrides a recorded reply: another reply, an error, or no answer. */
export type Answer = { readonly reply: unknown } | { readonly problem: string } | 'never';
export type Answers = Readonly<Partial<Record<RequestName, Answer>>>;

let known: Recording | null = null;

/** Read when it is needed: tests are listed before the recording is made. */
function recordingOfProgram(): Recording {
  return (known ??= JSON.parse(readFileSync(recordingFile, 'utf8')) as Recording);
}

/** A reply of the recording, for tests to change or read. */
export function recorded<N extends RequestName>(
  name: N,
  place = 0,
): { request: Request<N>; reply: Reply<N> } {
  const found = recordingOfProgram()[name]?.[place];
  if (found === undefined) throw new Error(`Nothing of ${name} was recorded.`);
  return { request: found[0], reply: found[1] };
}

/** Opens a page of the built window with the recording behind its bridge. @param address of the page: '/runs' */
export async function openPage(page: Page, address: string, answers: Answers = {}): Promise<void> {
  await page.route('http://studio.localhost/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    const asset = assetOf(join(root, 'out', 'renderer'), `app://studio${pathname}`);
    if (asset === null) await route.fulfill({ status: 404 });
    else
      await route.fulfill({
        path: asset.path,
        headers: { 'Content-Type': asset.type, 'Content-Security-Policy': contentSecurityPolicy },
      });
  });
  await page.addInitScript(pretend, { recording: recordingOfProgram(), answers });
  await page.goto(`http://studio.localhost/#${address}`);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

interface Pretended {
  cellsmith: unknown;
  tell: (name: string, event: unknown) => void;
}

/** In the page: the bridge, as the preload makes it. */
function pretend({ recording, answers }: { recording: object; answers: object }): void {
  type Entry = [request: unknown, reply: unknown];
  const known = recording as Record<string, Entry[]>;
  const others = answers as Record<string, 'never' | { reply: unknown } | { problem: string }>;
  const columns: Record<string, (values: (number | null)[]) => unknown> = {
    Float64Array: (values) => Float64Array.from(values, (value) => value ?? NaN),
    Uint16Array: (values) => Uint16Array.from(values, Number),
    Uint8Array: (values) => Uint8Array.from(values, Number),
  };
  const revived = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_key, part: { column?: string; values?: number[] } | null) =>
      part?.column === undefined ? part : columns[part.column]?.(part.values ?? []),
    );
  const find = (name: string, request: unknown): unknown => {
    const same = JSON.stringify(request);
    return known[name]?.find(([asked]) => JSON.stringify(asked) === same)?.[1];
  };
  const answer = (name: string, request: unknown): unknown => {
    // They were recorded child by child.
    if (name === 'readEpochs') {
      const { folder, trials } = request as { folder: string; trials: number[] };
      return trials.flatMap((trial) => find(name, { folder, trials: [trial] }) ?? []);
    }
    return find(name, request) ?? null;
  };
  const listeners = new Map<string, Set<(event: unknown) => void>>();
  const page = globalThis as unknown as Pretended;
  page.tell = (name, event) => listeners.get(name)?.forEach((listener) => listener(event));
  page.cellsmith = new Proxy(
    {},
    {
      get: (_target, key) => {
        const name = String(key);
        if (name.startsWith('on'))
          return (listener: (event: unknown) => void) => {
            const event = `${name.charAt(2).toLowerCase()}${name.slice(3)}`;
            const all = listeners.get(event) ?? new Set();
            listeners.set(event, all.add(listener));
            return () => all.delete(listener);
          };
        return (request: unknown) => {
          const other = others[name];
          if (other === 'never') return new Promise(() => undefined);
          if (other !== undefined && 'problem' in other)
            return Promise.resolve({ problem: { code: 'internal', message: other.problem } });
          return Promise.resolve({
            value: revived(other === undefined ? answer(name, request) : other.reply),
          });
        };
      },
    },
  );
}

/** Sends the page an event. */
export async function tell<N extends EventName>(page: Page, name: N, event: EventOf<N>): Promise<void> {
  await page.evaluate(({ name, event }) => (globalThis as unknown as Pretended).tell(name, event), {
    name,
    event,
  });
}
