import { describe, expect, expectTypeOf, it } from 'vitest';
import type { handlersOf } from '../../src-main/desktop/ipc/handlers';
import { findPreset } from '../config/presets';
import { channelOf, events, requests, type Bridge, type EventName, type RequestName } from './contract';

describe('the contract between window and program', () => {
  it('has a handler for each request, and no other', () => {
    expectTypeOf<keyof ReturnType<typeof handlersOf>>().toEqualTypeOf<RequestName>();
  });

  it('has a function of the bridge for each request and event, and no other', () => {
    type Heard = `on${Capitalize<EventName>}`;
    expectTypeOf<keyof Bridge>().toEqualTypeOf<RequestName | Heard>();
  });

  it('gives every request and event a unique channel', () => {
    const names = [...Object.keys(requests), ...Object.keys(events)] as (RequestName | EventName)[];
    expect(new Set(names.map(channelOf)).size).toBe(names.length);
  });

  it('refuses what does not fit', () => {
    const { config } = findPreset('demo');
    const start = requests.startSearch.request;
    const good = { config, data: '/images', skipUnreadable: false, test: false };
    expect(start.safeParse(good).success).toBe(true);
    expect(start.safeParse({ ...good, more: 1 }).success).toBe(false);
    expect(start.safeParse({ ...good, data: '' }).success).toBe(false);
    expect(start.safeParse({ ...good, config: { ...config, seed: -1 } }).success).toBe(false);
    expect(requests.openRun.request.safeParse({ folder: 7 }).success).toBe(false);
    expect(requests.showFolder.request.safeParse({ what: 'run' }).success).toBe(false);
    expect(requests.showFolder.request.safeParse({ what: 'home' }).success).toBe(false);
  });

  it('refuses tests of no child', () => {
    const { evaluateOnTest } = requests;
    const good = { folder: '/runs/a', trial: 1, data: null };
    expect(evaluateOnTest.request.safeParse(good).success).toBe(true);
    for (const wrong of [{ trial: 0 }, { trial: 1.5 }, { folder: '' }, { data: '' }])
      expect(evaluateOnTest.request.safeParse({ ...good, ...wrong }).success).toBe(false);
  });
});
