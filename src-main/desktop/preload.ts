import { contextBridge, ipcRenderer, webUtils } from 'electron';
import {
  channelOf,
  envelopeSchema,
  events,
  requests,
  type Bridge,
  type EventName,
  type EventOf,
  type Reply,
  type Request,
  type RequestName,
} from '../../src-shared/ipc/contract';

/** Asks the program. A reply that does not fit the contract is a problem too. */
function ask<N extends RequestName>(name: N): Bridge[N] {
  const asked = async (request: Request<N>) => {
    const envelope = envelopeSchema.parse(await ipcRenderer.invoke(channelOf(name), request));
    if (!envelope.ok) return { problem: envelope.problem };
    const reply = requests[name].reply.safeParse(envelope.value);
    if (reply.success) return { value: reply.data as Reply<N> };
    return {
      problem: { code: 'internal', message: `${name} got an invalid reply: ${reply.error.message}` },
    };
  };
  return asked as Bridge[N];
}

/** Subscribes to an event of the main process; returns a function that unsubscribes. */
function subscribeTo<N extends EventName>(name: N): (listener: (event: EventOf<N>) => void) => () => void {
  return (listener) => {
    const onMessage = (_event: unknown, message: unknown): void => {
      const event = events[name].safeParse(message);
      if (event.success) listener(event.data as EventOf<N>);
      else console.error(`${name} does not fit the contract`, event.error.message);
    };
    ipcRenderer.on(channelOf(name), onMessage);
    return () => void ipcRenderer.removeListener(channelOf(name), onMessage);
  };
}

const bridge: Bridge = {
  appState: ask('appState'),
  listRuns: ask('listRuns'),
  openRun: ask('openRun'),
  followRun: ask('followRun'),
  readTrial: ask('readTrial'),
  readEpochs: ask('readEpochs'),
  readProbabilities: ask('readProbabilities'),
  listDatasets: ask('listDatasets'),
  readLog: ask('readLog'),
  randomRuns: ask('randomRuns'),
  readRewards: ask('readRewards'),
  recognisePath: ask('recognisePath'),
  describeDataset: ask('describeDataset'),
  readExamples: ask('readExamples'),
  cancelDescribing: ask('cancelDescribing'),
  chooseDataset: ask('chooseDataset'),
  chooseRun: ask('chooseRun'),
  startSearch: ask('startSearch'),
  resumeSearch: ask('resumeSearch'),
  evaluateOnTest: ask('evaluateOnTest'),
  stopSearch: ask('stopSearch'),
  pauseSearch: ask('pauseSearch'),
  stopChild: ask('stopChild'),
  retryFailures: ask('retryFailures'),
  extendSearch: ask('extendSearch'),
  dismissProblem: ask('dismissProblem'),
  measureSpeed: ask('measureSpeed'),
  cancelMeasuring: ask('cancelMeasuring'),
  reportEngine: ask('reportEngine'),
  reinstallEngine: ask('reinstallEngine'),
  installEngine: ask('installEngine'),
  saveSettings: ask('saveSettings'),
  chooseRunsFolder: ask('chooseRunsFolder'),
  resetRunsFolder: ask('resetRunsFolder'),
  saveConfig: ask('saveConfig'),
  loadConfig: ask('loadConfig'),
  readConfig: ask('readConfig'),
  saveFile: ask('saveFile'),
  chooseArchitecture: ask('chooseArchitecture'),
  openArchitecture: ask('openArchitecture'),
  showFolder: ask('showFolder'),
  onEngineChanged: subscribeTo('engineChanged'),
  onSessionChanged: subscribeTo('sessionChanged'),
  onCalibrationChanged: subscribeTo('calibrationChanged'),
  onDescribing: subscribeTo('describing'),
  onRunEvents: subscribeTo('runEvents'),
  onNavigate: subscribeTo('navigate'),
  onSaveShown: subscribeTo('saveShown'),
  onOpenPath: subscribeTo('openPath'),
  onSettingsChanged: subscribeTo('settingsChanged'),
};

contextBridge.exposeInMainWorld('cellsmith', {
  ...bridge,
  /** Absolute path of a file or folder that was dropped on the window. */
  pathOf: (file: Parameters<typeof webUtils.getPathForFile>[0]): string => webUtils.getPathForFile(file),
});
