import { describe, expect, expectTypeOf, it } from 'vitest';
import type { handlersOf } from '../../src-main/desktop/ipc/handlers';
import { findPreset } from '../config/presets/presets';
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

  it('turns away what does not fit', () => {
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

  it('turns away names of trainings that lead elsewhere, and trainings of nothing', () => {
    const { openTraining, resumeTraining, showFolder, startTraining } = requests;
    for (const training of ['..', '../secret', '/etc', 'a/b', 'a\\b', '', 7]) {
      expect(openTraining.request.safeParse({ training }).success).toBe(false);
      expect(showFolder.request.safeParse({ what: 'training', training }).success).toBe(false);
      expect(resumeTraining.request.safeParse({ training, data: null, test: false }).success).toBe(false);
    }
    expect(openTraining.request.safeParse({ training: '2031-01-09-demo-12-abcd' }).success).toBe(true);
    const start = { folder: '/runs/a', trial: 1, preset: null, epochs: 3, threads: null, test: true };
    expect(startTraining.request.safeParse(start).success).toBe(true);
    for (const wrong of [{ trial: 0 }, { preset: 'none' }, { epochs: 0 }, { epochs: 1.5 }, { threads: 0 }])
      expect(startTraining.request.safeParse({ ...start, ...wrong }).success).toBe(false);
  });
});
