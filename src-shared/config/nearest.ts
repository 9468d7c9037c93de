/**
 * The known word that is spelled most like one; undefined when none comes near.
 * @param word one of more than 200 characters comes near none
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 200) return undefined;
  const [best] = [...known]
    .map((candidate) => ({ candidate, distance: distanceTo(candidate, word) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, word.length / 4) ? best.candidate : undefined;
}

/** Edits between two words; 1 for dotted paths that end alike ('epochs' for 'recipe.epochs'). */
function distanceTo(candidate: string, word: string): number {
  const isPath = candidate.includes('.') || word.includes('.');
  const endsAlike = isPath && candidate.split('.').at(-1) === word.split('.').at(-1);
  return endsAlike ? 1 : editDistance(candidate, word);
}

/** Levenshtein's distance: letters to insert, delete or replace. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
