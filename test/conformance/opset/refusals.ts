/** Whether refusals are as they should be: each for a reason that was reviewed, and none of what is possible. */
import { readFileSync } from 'node:fs';
import { groupBy } from './group.ts';
import type { TalliedPair, Tally } from './tally.ts';

/** A reason that was reviewed: which refusals it is about, and why the opset cannot say it. */
export interface Reviewed {
  /** All operators where it names none. */
  readonly operators?: readonly string[];
  /** A pattern of the problem's message. */
  readonly words: string;
  readonly because: string;
}

export interface Unreviewed {
  readonly operator: string;
  readonly message: string;
  readonly pairs: number;
  readonly example: string;
}

/** A refused pair that goes another way. */
export interface Possible {
  readonly test: string;
  readonly from: number;
  readonly to: number;
  /** `converter`: onnx.version_converter converts it rightly; `body`: the body of its function, as a test, goes there. */
  readonly by: 'converter' | 'body';
  readonly detail: string;
}

/** The rows of refusals.json. */
export function readReviewed(file: string): readonly Reviewed[] {
  // It stands beside this file and has this form.
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Reviewed[];
}

/** Refusals whose reason was not reviewed, a row for each reason; and the rows that were of no use. */
export function review({ pairs }: Tally, rows: readonly Reviewed[]): { unreviewed: Unreviewed[]; unused: Reviewed[] } {
  const patterns = rows.map((row) => ({ row, words: new RegExp(row.words) }));
  const used = new Set<Reviewed>();
  const open: { operator: string; message: string; pair: TalliedPair }[] = [];
  for (const pair of pairs) {
    for (const { operator, message } of pair.refused ?? []) {
      const found = patterns.find(
        ({ row, words }) => (row.operators?.includes(operator) ?? true) && words.test(message),
      );
      if (found) used.add(found.row);
      else open.push({ operator, message, pair });
    }
  }
  const unreviewed = [...groupBy(open, ({ message }) => message).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { test, from, to } = first.pair;
    const pairsOf = new Set(group.map(({ pair }) => pair)).size;
    return [{ operator: first.operator, message: first.message, pairs: pairsOf, example: `${test} ${from}→${to}` }];
  });
  return {
    unreviewed: unreviewed.sort((a, b) => b.pairs - a.pairs),
    unused: rows.filter((row) => !used.has(row)),
  };
}

/** Refused pairs that onnx.version_converter converts rightly, or whose operator has a body that goes there. */
export function possibleAllTheSame(ours: Tally, theirs: Tally | undefined): Possible[] {
  const right = equalPairs(theirs);
  const bodies = equalPairs(ours);
  const expanded = new Set(ours.pairs.map(({ test }) => test).filter((test) => EXPANDED.test(test)));
  const names = groupBy(expanded, (test) => lastOf(test).replace(EXPANDED, ''));
  return ours.pairs
    .filter(({ outcome }) => outcome === 'refused')
    .flatMap(({ test, from, to, detail }) => {
      const body = names.get(lastOf(test))?.find((name) => bodies.has(`${name} ${to}`));
      const by = right.has(`${test} ${to}`) ? 'converter' : body === undefined ? undefined : 'body';
      return by ? [{ test, from, to, by, detail }] : [];
    });
}

/** The settings of a test may be inputs of the model, or constants: its body is the same. */
function lastOf(test: string): string {
  return test.slice(test.lastIndexOf('/') + 1);
}

/** A test of the body of the operator's function, as ONNX expands it. */
const EXPANDED = /_expanded(_ver\d+)?$/;

function equalPairs(found: Tally | undefined): ReadonlySet<string> {
  const equal = found?.pairs.filter(({ outcome }) => outcome === 'equal') ?? [];
  return new Set(equal.map(({ test, to }) => `${test} ${to}`));
}
