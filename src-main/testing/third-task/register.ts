import { dataKinds } from '../../../src-shared/tasks/data-kinds';
import { tasks } from '../../../src-shared/tasks/tasks';
import { dataReaders } from '../../datasets/prepare';
import { childTrainings } from '../../tasks/child-trainings';
import { denseTask } from './dense-task';
import { denseTraining } from './dense-training';
import { tableData } from './table-data';
import { tableReader } from './table-reader';

// A task of another kind, in four lines. What imports this first has it.
tasks.add(denseTask);
dataKinds.add(tableData);
dataReaders.add(tableReader);
childTrainings.add(denseTraining);
