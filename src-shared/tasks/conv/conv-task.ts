import { z } from 'zod';
import { hashConv } from '../../architecture/conv/hash-conv';
import {
  convArchitectureSchema,
  imageTaskSchema,
  type ConvArchitecture,
  type ImageTask,
} from '../../architecture/conv/conv-architecture';
import { convTableText, summariseConv } from '../../architecture/conv/conv-text';
import { networkOfLayersSchema, storedNetworkSchema } from '../../architecture/conv/layered-network';
import { decodeConv } from './decode-conv';
import { describeConv } from '../../architecture/conv/describe-conv';
import type { ImageDatasetDescription } from '../images/image-description';
import { drawNetworkDiagram } from '../../diagrams/network-drawing';
import { convSpace, convSpaceSize, depthAt } from './conv-space';
import { imageData } from '../images/image-data';
import { imageRecipeSchema, type ImageRecipe } from '../images/image-recipe';
import type { Task } from '../task';
import { checkConvSpace, convSpaceSchema, type ConvSpaceConfig } from './conv-options';

const convChildSchema = z.strictObject({
  kind: z.literal('images'),
  architecture: storedNetworkSchema,
  recipe: imageRecipeSchema,
});
type ConvChild = z.infer<typeof convChildSchema>;

/** Convolutional networks on images (paper sections 3.1 to 3.3). */
export const convTask: Task<
  ConvSpaceConfig,
  ImageRecipe,
  ImageDatasetDescription,
  ConvArchitecture,
  ImageTask,
  ConvChild
> = {
  kind: 'conv',
  data: imageData,
  words: {
    one: 'network',
    many: 'networks',
    full: 'convolutional networks',
    unnamed: 'Network',
    needsData: 'A search for convolutional networks needs images: name them with --data.',
  },
  spaceSchema: convSpaceSchema,
  checkSpace: checkConvSpace,
  decisions: convSpace,
  depthAt: ({ schedule }, proposalsSoFar) => depthAt(schedule, proposalsSoFar),
  step: ({ blockSize }) => ({ name: blockSize > 1 ? 'Block' : 'Layer', layers: blockSize }),
  count: convSpaceSize,
  decode: decodeConv,
  architectureSchema: convArchitectureSchema,
  firstArchitectureSchema: networkOfLayersSchema,
  settingSchema: imageTaskSchema,
  // Images are brought to the recipe's side, in red, green and blue.
  setting: (_architecture, { side }, { classes }) => ({
    height: side,
    width: side,
    channels: 3,
    classes: classes.length,
  }),
  costs: describeConv,
  hash: hashConv,
  summary: summariseConv,
  table: convTableText,
  draw: drawNetworkDiagram,
  childSchema: convChildSchema,
  child: (architecture, recipe) => ({ kind: 'images', architecture, recipe }),
};
