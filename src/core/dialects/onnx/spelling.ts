/** Which name was meant: the one that takes the fewest changes, where they are few. */

/**
 * The name among `names` that is nearest to a misspelt one; undefined where none is near. Changes of case and of what
 * parts words cost least; one other change in three letters is the most.
 */
export function nearestName(misspelt: string, names: Iterable<string>): string | undefined {
  const most = Math.floor(misspelt.length / 3);
  let nearest: string | undefined;
  let least = most + 1;
  for (const name of names) {
    const changes = sameLetters(name, misspelt) ? 0.5 : distanceUpTo(most, misspelt, name);
    if (changes >= least) continue;
    nearest = name;
    least = changes;
  }
  return nearest;
}

function distanceUpTo(most: number, a: string, b: string): number {
  return Math.abs(a.length - b.length) > most ? most + 1 : editDistance(a, b, most);
}

/** The words that offer a name in a message: ` (did you mean Relu?)`, or nothing. */
export function suggestionOf(name: string | undefined): string {
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}

/** Whether two names are the same but for case and for what parts words, as `BatchNorm_2D` and `batchnorm2d` are. */
function sameLetters(a: string, b: string): boolean {
  // Most names differ in their first letter already.
  let i = letterFrom(a, 0);
  let j = letterFrom(b, 0);
  while (i < a.length && j < b.length) {
    if (a[i] !== b[j] && a[i]?.toLowerCase() !== b[j]?.toLowerCase()) return false;
    i = letterFrom(a, i + 1);
    j = letterFrom(b, j + 1);
  }
  return i >= a.length && j >= b.length;
}

const SEPARATORS = '_-. ';

function letterFrom(text: string, start: number): number {
  let at = start;
  while (at < text.length && SEPARATORS.includes(text[at] ?? '')) at++;
  return at;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours from one text to the other; `most` + 1 where there are more.
 * Rows of the table are filled no further from its diagonal than `most`: beyond, there are more changes anyway.
 */
export function editDistance(a: string, b: string, most = Number.POSITIVE_INFINITY): number {
  const width = b.length + 1;
  let before = new Array<number>(width);
  let last = Array.from({ length: width }, (_, k) => k);
  let row = new Array<number>(width);
  let leastOfLast = 0;
  for (let i = 1; i <= a.length; i++) {
    const from = Math.max(1, i - most);
    const to = Math.min(b.length, i + most);
    row[from - 1] = from === 1 ? i : most + 1;
    if (to < b.length) row[to + 1] = most + 1;
    let least = row[from - 1] ?? 0;
    for (let j = from; j <= to; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    // A swap reaches back over two rows, so one row more decides.
    if (least > most && leastOfLast > most) return most + 1;
    leastOfLast = least;
    [before, last, row] = [last, row, before];
  }
  return Math.min(last[b.length] ?? 0, most + 1);
}
