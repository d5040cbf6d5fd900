/** Which name was meant: the one that takes the fewest changes, where they are few. */

/**
 * The name among `names` that is nearest to a misspelt one; undefined where none is near. Changes of case and of what
 * parts words cost least; one other change in three letters is the most.
 */
export function nearestName(misspelt: string, names: Iterable<string>): string | undefined {
  const most = Math.floor(misspelt.length / 3);
  const letters = lettersOf(misspelt);
  let nearest: string | undefined;
  let least = most + 1;
  for (const name of names) {
    const changes = lettersOf(name) === letters ? 0.5 : distanceUpTo(most, misspelt, name);
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

/** `BatchNorm_2D` and `batchnorm2d` have the same. */
function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[_\-. ]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours from one text to the other; `most` + 1 where there are more. */
export function editDistance(a: string, b: string, most = Number.POSITIVE_INFINITY): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    // A swap reaches back over two rows, so one row more decides.
    if (least > most && Math.min(...last) > most) return most + 1;
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
