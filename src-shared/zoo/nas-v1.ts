import { publishedV1 } from '../architecture/conv/published-networks';
import { presets } from '../config/presets/presets';
import type { ZooNetwork } from './zoo-network';

export const nasV1: ZooNetwork = {
  title: 'NAS v1',
  architecture: publishedV1,
  recipe: presets.v1.config.recipe,
  note: 'Zoph & Le, 2017, figure 7, as others transcribe it. The recipe is that of the children of their search.',
  published: 5.5,
};
