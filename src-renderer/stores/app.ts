import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { AppState, Calibration, EngineState, SessionState, Settings } from '../../src-shared/ipc/states';
import { ask, subscribe } from '../bridge';

/** State of the main process, for all pages; a copy of what the main process holds. */
export const useApp = defineStore('app', () => {
  const about = shallowRef<Omit<AppState, 'engine' | 'session' | 'settings' | 'calibration'> | null>(null);
  const engine = shallowRef<EngineState>({
    kind: 'busy',
    stage: 'checking',
    done: 0,
    total: 0,
    millisecondsLeft: null,
  });
  const session = shallowRef<SessionState>({ kind: 'idle', folder: null, problem: null });
  const settings = ref<Settings>({
    theme: 'system',
    notify: true,
    trainers: { count: 1, device: 'auto' },
  });
  const calibration = shallowRef<Calibration>({ state: { kind: 'idle', problem: null }, measurements: [] });

  async function begin(): Promise<void> {
    subscribe('engineChanged', (state) => (engine.value = state));
    subscribe('sessionChanged', (state) => (session.value = state));
    subscribe('calibrationChanged', (state) => (calibration.value = state));
    subscribe('settingsChanged', (state) => (settings.value = state));
    const state = await ask('appState', null);
    about.value = state;
    engine.value = state.engine;
    session.value = state.session;
    settings.value = state.settings;
    calibration.value = state.calibration;
  }

  async function save(changes: Partial<Settings>): Promise<void> {
    settings.value = await ask('saveSettings', { ...settings.value, ...changes });
  }

  /** Asks for another folder for the runs, or goes back to the usual one. */
  async function moveRuns(where: 'chosen' | 'usual'): Promise<void> {
    const folder = await (where === 'chosen' ? ask('chooseRunsFolder', null) : ask('resetRunsFolder', null));
    if (folder === null || about.value === null) return;
    about.value = { ...about.value, runsFolder: folder, runsFolderIsChosen: where === 'chosen' };
  }

  /** The dialog that starts a run is open: it shows the progress itself. */
  const isAsking = ref(false);
  /** Why nothing else can be started now, as a sentence; null when something can. */
  const busy = computed(() => {
    if (session.value.kind === 'searching') return 'A run is in progress: stop it, or wait until it ends.';
    return session.value.kind === 'preparing' ? 'A run is being prepared.' : null;
  });

  return {
    ...{ about, engine, session, isAsking, busy, settings, calibration },
    ...{ begin, save, moveRuns },
  };
});
