import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import {
  channelOf,
  events,
  requests,
  type Envelope,
  type EventName,
  type EventOf,
  type Handlers,
  type RequestName,
} from '../../../src-shared/ipc/contract';
import { isOwnPage } from '../window/pages';
import { problemOf } from '../app-log';
import { isAbsolute, resolve } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';

/** Answers the requests of the window's own pages; what does not fit the contract, or comes from elsewhere, is refused. */
export function serve(handlers: Handlers): void {
  for (const name of Object.keys(requests) as RequestName[])
    ipcMain.handle(channelOf(name), (event, request: unknown) => answer(event, name, request, handlers));
}

async function answer(
  event: IpcMainInvokeEvent,
  name: RequestName,
  raw: unknown,
  handlers: Handlers,
): Promise<Envelope> {
  if (!isOwnPage(event.senderFrame?.url ?? ''))
    return { ok: false, problem: { code: 'internal', message: 'Only the window of the program may ask.' } };
  const request = requests[name].request.safeParse(raw);
  if (!request.success)
    return {
      ok: false,
      problem: { code: 'internal', message: `${name} got an invalid request: ${request.error.message}` },
    };
  try {
    const handle = handlers[name] as (request: unknown) => unknown;
    return { ok: true, value: await handle(request.data) };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** Sends an event of the contract to a window. */
export function tell<N extends EventName>(
  contents: WebContents | undefined,
  name: N,
  event: EventOf<N>,
): void {
  if (contents === undefined || contents.isDestroyed()) return;
  contents.send(channelOf(name), events[name].parse(event));
}

/** A path that the window has named, normalised. @throws CellsmithError 'internal' when it is a relative one */
export function absolute(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new CellsmithError('internal', `${path} is not an absolute path.`);
}
