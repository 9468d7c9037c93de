import type { Handlers } from '../../../src-shared/ipc/contract';
import { recipeOf, withPreset } from '../../../src-shared/given/subject';
import { childOfRun } from '../../runs/child-of-run';
import { usualSeed } from '../../training/choose-training';
import { trainingNamed } from '../../training/find-trainings';
import type { CalibrationService } from '../services/calibration-service';
import type { TrainingService } from '../services/training-service';
import { openTrainingDetail, trainingsBelow } from '../services/training-queries';
import { absolute } from './serve';

type Answered =
  | 'listTrainings'
  | 'openTraining'
  | 'startTraining'
  | 'resumeTraining'
  | 'stopTraining'
  | 'dismissTrainingProblem';

/** Dependencies of these handlers. */
interface TrainingRoom {
  /** Absolute path of the folder that runs and trainings are kept in. */
  readonly runsFolder: () => string;
  readonly training: TrainingService;
  readonly calibration: CalibrationService;
}

/**
 * The answers to what the window asks of trainings of one architecture.
 * @param requireIdle throws when something else runs
 */
export function trainingHandlers(
  { runsFolder, training, calibration }: TrainingRoom,
  requireIdle: (what: string) => void,
): Pick<Handlers, Answered> {
  return {
    listTrainings: () => trainingsBelow(runsFolder()),
    openTraining: ({ training: name }) => openTrainingDetail(runsFolder(), name),
    startTraining: async ({ folder, trial, preset, epochs, threads, test }) => {
      const { subject: own, location, skipUnreadable } = childOfRun(absolute(folder), trial);
      const subject = preset === null ? own : withPreset(own, preset);
      const recipe = recipeOf(subject, { recipe: { epochs } });
      await calibration.cancel();
      requireIdle('train');
      training.start({
        kind: 'new',
        order: {
          ...{ subject, recipe, data: location, skipUnreadable },
          seed: usualSeed,
          place: { within: runsFolder() },
        },
        threads,
        test,
      });
      return null;
    },
    resumeTraining: async ({ training: name, data, test }) => {
      const folder = trainingNamed(runsFolder(), name);
      await calibration.cancel();
      requireIdle('train');
      training.start({ kind: 'resume', folder, data: data === null ? undefined : absolute(data), test });
      return null;
    },
    stopTraining: ({ when }) => {
      training.stop(when);
      return null;
    },
    dismissTrainingProblem: () => {
      training.dismissProblem();
      return null;
    },
  };
}
