/** A record of a file of records of equal length. */
export interface FixedRecord {
  /** From 0. */
  readonly index: number;
  /** Valid until the next record is asked for. */
  readonly bytes: Uint8Array;
}

/**
 * Cuts a stream into records, holding no more than one chunk of it.
 * @param onRest called with the number of trailing bytes, if any
 */
export async function* fixedRecords(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
  onRest: (bytes: number, records: number) => void,
): AsyncGenerator<FixedRecord> {
  const carried = new Uint8Array(length);
  let filled = 0;
  let index = 0;
  for await (const chunk of chunks) {
    let at = 0;
    if (filled > 0) {
      at = Math.min(length - filled, chunk.length);
      carried.set(chunk.subarray(0, at), filled);
      filled += at;
      if (filled < length) continue;
      yield { index: index++, bytes: carried };
    }
    for (; at + length <= chunk.length; at += length) {
      yield { index: index++, bytes: chunk.subarray(at, at + length) };
    }
    carried.set(chunk.subarray(at));
    filled = chunk.length - at;
  }
  if (filled > 0) onRest(filled, index);
}
