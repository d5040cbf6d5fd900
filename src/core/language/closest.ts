/** The name that was probably meant. */

/** The name nearest to a misspelt one; undefined where none is near. Case counts for little. */
export function closest(wrong: string, names: Iterable<string>): string | undefined {
  const most = Math.max(1, Math.floor(wrong.length / 3));
  const lower = wrong.toLowerCase();
  let best: string | undefined;
  let least = most + 1;
  for (const name of names) {
    if (Math.abs(name.length - wrong.length) > most) continue;
    const steps = distance(lower, name.toLowerCase(), most) + (name.toLowerCase() === lower ? 0.5 : 0);
    if (steps >= least || name === wrong) continue;
    least = steps;
    best = name;
  }
  return best;
}

/** How many letters are to be changed, added, dropped or swapped; anything above `most` counts as more than it. */
function distance(a: string, b: string, most: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) steps = Math.min(steps, (before[j - 2] ?? 0) + 1);
      row.push(steps);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
