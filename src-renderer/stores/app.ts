import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { AppState, EngineState, SessionState, Settings } from '../../src-shared/ipc/states';
import { ask, hear } from '../bridge';

/** What the program is and does, whatever page is shown. Held by the program; this is its copy. */
export const useApp = defineStore('app', () => {
  const about = shallowRef<Omit<AppState, 'engine' | 'session' | 'settings'> | null>(null);
  const engine = shallowRef<EngineState>({
    kind: 'busy',
    stage: 'checking',
    done: 0,
    total: 0,
    millisecondsLeft: null,
  });
  const session = shallowRef<SessionState>({ kind: 'idle', folder: null, problem: null });
  const settings = ref<Settings>({ theme: 'system', notify: true });

  async function begin(): Promise<void> {
    hear('engineChanged', (state) => (engine.value = state));
    hear('sessionChanged', (state) => (session.value = state));
    hear('settingsChanged', (state) => (settings.value = state));
    const state = await ask('appState', null);
    about.value = state;
    engine.value = state.engine;
    session.value = state.session;
    settings.value = state.settings;
  }

  async function save(changes: Partial<Settings>): Promise<void> {
    settings.value = await ask('saveSettings', { ...settings.value, ...changes });
  }

  return { about, engine, session, settings, begin, save };
});
