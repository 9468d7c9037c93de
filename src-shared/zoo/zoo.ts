import { densenet10 } from './densenet-10-4';
import { nasV1 } from './nas-v1';
import { resnet20 } from './resnet-20';
import type { ZooNetwork } from './network-builder';

/** Published networks, by the name that `cellsmith train --network` takes. */
export const zooNetworks = {
  'nas-v1': nasV1,
  'resnet-20': resnet20,
  'densenet-10-4': densenet10,
} as const satisfies Record<string, ZooNetwork>;

export type ZooNetworkName = keyof typeof zooNetworks;
export const zooNetworkNames = Object.keys(zooNetworks) as readonly ZooNetworkName[];
