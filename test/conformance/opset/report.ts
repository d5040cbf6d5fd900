/** The table of a run, and the pairs that are not equal, grouped. */
import { groupBy } from './group.ts';
import type { Possible, Reviewed, Unreviewed } from './refusals.ts';
import { OUTCOMES, type TalliedPair, type Tally } from './tally.ts';

export interface Proof {
  readonly ours: Tally;
  /** What onnx.version_converter does with the same pairs. */
  readonly theirs?: Tally;
  readonly unreviewed: readonly Unreviewed[];
  /** Rows of refusals.json that no refusal needed. */
  readonly unused: readonly Reviewed[];
  readonly possible: readonly Possible[];
}

export function printTable({ pairs, leftOut }: Tally): void {
  const targets = [...new Set(pairs.map(({ to }) => to))].sort((a, b) => a - b);
  const rows = [...targets, undefined].map((to) => {
    const own = pairs.filter((pair) => to === undefined || pair.to === to);
    const counts = OUTCOMES.map((outcome) => own.filter((pair) => pair.outcome === outcome).length);
    const second = own.filter(({ by }) => by === 'reference').length;
    return [to === undefined ? 'all' : `${to}`, `${own.length}`, ...counts.map(String), `${second}`];
  });
  const head = ['to', 'pairs', ...OUTCOMES, 'equal by reference'];
  for (const row of [head, ...rows]) console.log(row.map((cell, k) => cell.padStart(head[k]?.length ?? 0)).join('  '));
  console.log(`${leftOut.length} tests left out`);
}

/** A line for each group of pairs that are not equal: how many, which operators and steps, why, and for example which test. */
export function pairLines({ pairs, leftOut }: Tally): string[] {
  const others = pairs
    .filter(({ outcome }) => outcome !== 'equal')
    .flatMap((pair) => reasonsOf(pair).map((reason) => ({ pair, reason })));
  const lines = [...groupBy(others, ({ reason }) => reason)].map(([reason, found]) => {
    const own = found.map(({ pair }) => pair);
    const steps = [...new Set(own.map(({ from, to }) => `${from}→${to}`))];
    const shown = steps.length > 6 ? `${steps.slice(0, 6).join(' ')} …` : steps.join(' ');
    return `${reason}\n    ${own.length} pairs, ${shown}, for example ${own[0]?.test}`;
  });
  return [...lines.sort(), ...leftOut.map(({ test, reason }) => `left out: ${test}: ${reason}`)];
}

/** A refused pair has a reason for each operator that cannot go. */
function reasonsOf({ outcome, detail, operators, refused }: TalliedPair): readonly string[] {
  if (refused) return [...new Set(refused.map(({ message }) => `refused: ${message}`))];
  const first = detail.split('\n')[0] ?? '';
  return [`${outcome}: ${operators.join(', ')}: ${first.replace(NUMBERS, '#').slice(0, 220)}`];
}

const NUMBERS = /-?\d+(\.\d+)?(e[-+]?\d+)?/g;

/** What the suite fails for, beside pairs that are wrong. */
export function proofLines({ unreviewed, possible }: Proof): string[] {
  return [
    ...unreviewed.map(
      ({ message, pairs, example }) => `not reviewed: ${message}\n    ${pairs} pairs, for example ${example}`,
    ),
    ...[...groupBy(possible, ({ test, by }) => `refused, but possible by ${by}: ${test}`)].map(
      ([key, own]) =>
        `${key}: ${own.map(({ from, to }) => `${from}→${to}`).join(' ')}\n    ${own[0]?.detail.split('\n')[0]}`,
    ),
  ];
}
