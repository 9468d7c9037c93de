import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { nasCell } from '../../src-shared/architecture/cell/recurrent-cell';
import { architectureFileText } from '../../src-shared/architecture-file/architecture-file';
import type { RequestName } from '../../src-shared/ipc/contract';
import { cellFile } from '../made-files';
import { makeRun } from '../made-runs';
import { newHome, sample, startStudio } from '../studio';
import { oldTraining, recordedRun, recordingFile } from './recording';

interface PageGlobals {
  readonly cellsmith: Record<string, (request: unknown) => Promise<object>>;
}

/** Sends requests to the real program, as its pages do, and records the replies. */
test('what the program answers about a run is recorded', async () => {
  const home = newHome();
  const folder = makeRun(home.runs, { ...recordedRun, strategy: 'reinforce' });
  const random = makeRun(home.runs, { ...recordedRun, name: 'At random', strategy: 'random' });
  const single = join(home.runs, 'recorded-single');
  cpSync(oldTraining, single, { recursive: true });
  const cell = join(home.runs, 'cell.json');
  writeFileSync(cell, architectureFileText(cellFile(nasCell)));
  const studio = await startStudio(home);
  const recording: Record<string, [unknown, unknown][]> = {};
  const record = async (name: RequestName, request: unknown): Promise<void> => {
    const text = await studio.page.evaluate(
      async ({ name, request }) => {
        const { cellsmith } = globalThis as unknown as PageGlobals;
        const answer = await cellsmith[name]?.(request);
        if (answer === undefined || !('value' in answer)) throw new Error(JSON.stringify(answer));
        // JSON has neither typed arrays nor NaN.
        return JSON.stringify(answer.value, (_key, value: unknown) =>
          ArrayBuffer.isView(value)
            ? { column: value.constructor.name, values: [...(value as Float64Array)] }
            : value,
        );
      },
      { name, request },
    );
    (recording[name] ??= []).push([request, JSON.parse(text)]);
  };
  const numbers = Array.from({ length: recordedRun.children }, (_, index) => index + 1);
  await record('appState', null);
  await record('listRuns', null);
  await record('listDatasets', null);
  for (const run of [folder, random, single]) await record('openRun', { folder: run });
  await record('randomRuns', { folder });
  await record('readRewards', { folder: random });
  for (const run of [folder, random])
    for (const trial of numbers) await record('readEpochs', { folder: run, trials: [trial] });
  await record('readEpochs', { folder: single, trials: [1] });
  await record('readTrial', { folder: single, trial: 1 });
  for (const trial of numbers.slice(-40)) await record('readTrial', { folder, trial });
  for (const update of [1, recordedRun.children / 8]) await record('readProbabilities', { folder, update });
  await record('readLog', { folder, after: null });
  await record('describeDataset', { path: sample });
  await record('readExamples', { path: sample });
  await record('openArchitecture', { path: cell });
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
  home.remove();
  mkdirSync(dirname(recordingFile), { recursive: true });
  writeFileSync(recordingFile, JSON.stringify(recording));
});
