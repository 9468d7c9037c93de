/** Convolution → batch normalisation → ReLU, 'same' padding. */
export interface ConvolutionLayer {
  readonly kind: 'convolution';
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly filters: number;
  readonly inputs: readonly LayerReference[];
}

/** 'Same'-padded pooling. */
export interface PoolingLayer {
  readonly kind: 'maxPooling' | 'averagePooling';
  readonly height: number;
  readonly width: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly inputs: readonly LayerReference[];
}

export type Layer = ConvolutionLayer | PoolingLayer;

/** 0 is the image, n is `layers[n - 1]`; a layer refers to earlier ones alone. */
export type LayerReference = number;

/**
 * A network of the convolutional space, decoded: nothing is implied any more. Inputs of a layer are padded with zeros at the
 * bottom and right to the largest height and width and concatenated in depth, in the order of `inputs`.
 * `outputs` are the layers that feed nothing; concatenated in the same way they go through global average pooling
 * to the softmax (paper sections 3.2, 3.3).
 */
export interface ConvArchitecture {
  readonly kind: 'conv';
  readonly layers: readonly Layer[];
  readonly outputs: readonly LayerReference[];
  /** Present when the learning rate was predicted as a token; it replaces the recipe's. */
  readonly learningRate?: number;
}

/** What the data decide: the shape of an image and the number of classes. */
export interface ImageTask {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}
