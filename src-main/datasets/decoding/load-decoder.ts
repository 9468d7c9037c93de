import type sharp from 'sharp';

type Decoder = typeof sharp;

let loading: Promise<Decoder> | null = null;

/** sharp, loaded on first use: trainers read decoded images and never load it. */
export function loadDecoder(): Promise<Decoder> {
  loading ??= import('sharp').then(({ default: decoder }) => {
    // Images are many and small: what one needs is decoded by one thread, and nothing is worth keeping.
    decoder.cache(false);
    decoder.concurrency(1);
    return decoder;
  });
  return loading;
}
