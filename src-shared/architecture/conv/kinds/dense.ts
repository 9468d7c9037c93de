import { z } from 'zod';
import { counted } from '../../../counted';
import { channelsSchema, inputsSchema, type NodeKind } from './node-kind';

/** A dense layer over all values of its input; 'classes' makes as many units as the data have classes. */
export const denseSchema = z.strictObject({
  kind: z.literal('dense'),
  units: z.union([channelsSchema, z.literal('classes')]),
  bias: z.boolean(),
  inputs: inputsSchema,
});

export const dense: NodeKind<z.infer<typeof denseSchema>> = {
  merge: 'concat',
  keepsChannels: false,
  kept: 1,
  cost({ units, bias }, { height, width, channels }, classes) {
    const outputs = units === 'classes' ? classes : units;
    const weights = height * width * channels * outputs;
    return {
      output: { height: 1, width: 1, channels: outputs },
      parameters: weights + (bias ? outputs : 0),
      movingStatistics: 0,
      multiplyAdds: weights,
    };
  },
  text: ({ units }) => `dense, ${units === 'classes' ? 'a unit for each class' : counted(units, 'unit')}`,
  label: ({ units, bias }) => `dense ${units}${bias ? ' bias' : ''}`,
};
