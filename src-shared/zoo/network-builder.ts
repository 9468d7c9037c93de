import type { ConvArchitecture, NetworkNode, NodeReference } from '../architecture/conv/conv-architecture';
import type { ImageRecipe } from '../tasks/images/image-recipe';

/** Options of a square convolution; one of odd size is padded by (size − 1) / 2, as in PyTorch and Caffe. */
interface SquareConvolution {
  readonly size: number;
  readonly filters: number;
  readonly stride?: number;
  readonly bias?: boolean;
}

/** Builds the graph of a network node by node, each on the nodes that are named; 0 is the image. */
export class NetworkBuilder {
  readonly #nodes: NetworkNode[] = [];

  /** @returns the reference of the node */
  add(node: NetworkNode): NodeReference {
    return this.#nodes.push(node);
  }

  convolution(
    { size, filters, stride = 1, bias = false }: SquareConvolution,
    ...inputs: readonly NodeReference[]
  ): NodeReference {
    return this.add({
      kind: 'convolution',
      filterHeight: size,
      filterWidth: size,
      strideHeight: stride,
      strideWidth: stride,
      filters,
      padding: 'symmetric',
      bias,
      inputs,
    });
  }

  batchNormalisation(...inputs: readonly NodeReference[]): NodeReference {
    return this.add({ kind: 'batchNormalisation', inputs });
  }

  relu(...inputs: readonly NodeReference[]): NodeReference {
    return this.add({ kind: 'relu', inputs });
  }

  /** Square windows side by side. */
  averagePooling(size: number, ...inputs: readonly NodeReference[]): NodeReference {
    const strides = { strideHeight: size, strideWidth: size };
    return this.add({ kind: 'averagePooling', height: size, width: size, ...strides, inputs });
  }

  /** Every `stride`-th pixel of every `stride`-th row, with channels of zeros appended up to `channels`. */
  subsample(stride: number, channels: number, input: NodeReference): NodeReference {
    const strides = { strideHeight: stride, strideWidth: stride };
    const pixels = this.add({ kind: 'averagePooling', height: 1, width: 1, ...strides, inputs: [input] });
    return this.add({ kind: 'padChannels', channels, inputs: [pixels] });
  }

  /** The network that ends in global average pooling and a dense layer. */
  classified(...inputs: readonly NodeReference[]): ConvArchitecture {
    const features = this.add({ kind: 'globalAveragePooling', inputs });
    this.add({ kind: 'dense', units: 'classes', bias: true, inputs: [features] });
    return { kind: 'conv', nodes: [...this.#nodes] };
  }
}

/** A published network, with the recipe by which it was trained. */
export interface ZooNetwork {
  readonly title: string;
  readonly architecture: ConvArchitecture;
  readonly recipe: ImageRecipe;
  /** Where network and recipe come from, and what of them is not as published. */
  readonly note: string;
  /** Published test error on CIFAR-10 in percent; null where there is none. */
  readonly published: number | null;
}
