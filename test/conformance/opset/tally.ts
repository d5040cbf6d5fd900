/** What became of each pair of a test and an opset, from what the conversion said and what the judges found. */
import { join } from 'node:path';
import { CONSUMING } from '../../../src/core/convert/opset/legacy.ts';
import { meansTheSame } from '../../../src/core/convert/opset/unchanged.ts';
import { operatorVersions } from '../../../src/core/dialects/onnx/operators.ts';
import type { Case } from './cases.ts';
import type { Pair, RefusedNode } from './convert.ts';
import { groupBy } from './group.ts';
import type { Judged } from './judge.ts';
import { type Found, readFound } from './supervise.ts';

/**
 * `equal`: valid, and the stored outputs in onnxruntime, or else in the reference evaluator. `invalid`: our checker or
 * onnx.checker rejects it. `fault`: the conversion threw. `not runnable`: converted and valid, and neither runs it.
 */
export const OUTCOMES = ['equal', 'refused', 'wrong', 'invalid', 'fault', 'not runnable'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Referred extends Found {
  readonly checker?: { readonly full?: string; readonly plain?: string };
  readonly reference?: { readonly verdict: string; readonly detail?: string; readonly loose?: readonly string[] };
}

export interface Verdicts {
  readonly runtime: ReadonlyMap<string, Judged>;
  readonly reference: ReadonlyMap<string, Referred>;
}

export interface TalliedPair {
  readonly test: string;
  readonly operators: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly outcome: Outcome;
  readonly detail: string;
  /** By what it is equal. */
  readonly by?: 'runtime' | 'reference';
  readonly refused?: readonly RefusedNode[];
}

export interface LeftOut {
  readonly test: string;
  readonly reason: string;
}

export interface Tally {
  readonly pairs: readonly TalliedPair[];
  /** Tests that neither way runs rightly as they are: nothing can be proven by them. */
  readonly leftOut: readonly LeftOut[];
}

export function readVerdicts(work: string): Verdicts {
  return {
    runtime: readFound<Judged>(join(work, 'runtime.jsonl')),
    reference: readFound<Referred>(join(work, 'reference.jsonl')),
  };
}

export function tally(cases: readonly Case[], pairs: readonly Pair[], verdicts: Verdicts): Tally {
  const found: TalliedPair[] = [];
  const leftOut: LeftOut[] = [];
  const own = new Map(pairs.filter(({ from, to }) => from === to).map((pair) => [pair.test, pair]));
  const byTest = groupBy(pairs, ({ test }) => test);
  for (const { name, operators } of cases) {
    const basis = basisOf(own.get(name), verdicts);
    if (!basis.runtime && !basis.reference) {
      leftOut.push({ test: name, reason: basis.reason });
      continue;
    }
    for (const pair of byTest.get(name) ?? []) {
      if (pair.from !== pair.to)
        found.push({ test: name, operators, ...stepOf(pair), ...judged(pair, basis, verdicts) });
    }
  }
  return { pairs: found, leftOut };
}

function stepOf({ from, to, refused }: Pair) {
  return { from, to, ...(refused && { refused }) };
}

/** By which ways the test as it is gives the stored outputs, and what the checkers say against it already. */
interface Basis {
  readonly runtime: boolean;
  readonly reference: boolean;
  readonly reason: string;
  readonly isRejected: boolean;
  readonly isRejectedInFull: boolean;
  readonly hasErrors: boolean;
}

function basisOf(pair: Pair | undefined, { runtime, reference }: Verdicts): Basis {
  const key = pair?.key ?? '';
  const [ran, asked] = [runtime.get(key), reference.get(key)];
  const isEqual = ran?.verdict === 'equal';
  return {
    runtime: isEqual,
    // Asked only where the runtime does not say it.
    reference: isEqual || asked?.reference?.verdict === 'equal',
    reason: `onnxruntime: ${wordsOf(ran)}; onnx.reference: ${wordsOf(asked?.reference)}`,
    isRejected: asked?.checker?.plain !== undefined,
    isRejectedInFull: asked?.checker?.full !== undefined,
    hasErrors: pair?.errors !== undefined,
  };
}

type Judgement = Pick<TalliedPair, 'outcome' | 'detail' | 'by'>;

function judged(pair: Pair, basis: Basis, { runtime, reference }: Verdicts): Judgement {
  if (pair.fault !== undefined) return { outcome: 'fault', detail: pair.fault };
  if (pair.refused) return { outcome: 'refused', detail: pair.refused.map(({ message }) => message).join('; ') };
  const key = pair.key ?? '';
  const [ran, asked] = [runtime.get(key), reference.get(key)];
  const invalid = invalidity(pair, basis, asked);
  if (invalid !== undefined) return { outcome: 'invalid', detail: invalid };
  if (ran?.verdict === 'equal') return { outcome: 'equal', detail: '', by: 'runtime' };
  const second = asked?.reference;
  const detail = `onnxruntime: ${wordsOf(ran)}; onnx.reference: ${wordsOf(second)}`;
  const other = second?.loose?.find(computesOther);
  // Where the runtime ran the test as it is, what it says of the result counts.
  if (basis.runtime && (ran?.verdict === 'differs' || ran?.died !== undefined)) return { outcome: 'wrong', detail };
  if (basis.reference && second && other === undefined) {
    if (second.verdict === 'equal') return { outcome: 'equal', detail, by: 'reference' };
    if (second.verdict === 'differs') return { outcome: 'wrong', detail };
  }
  const why = other === undefined ? '' : `onnx.reference computes ${other}; `;
  return { outcome: 'not runnable', detail: `${why}${detail}` };
}

/** `Softmax@11 as 13`: whether the version that the reference evaluator computes may mean something else. */
function computesOther(text: string): boolean {
  const [, op = '', since, computed] = /^(\w+)@(\d+) as (\d+)$/.exec(text) ?? [];
  const [low, high] = [Number(since), Number(computed)].sort((a, b) => a - b);
  return operatorVersions('', op).some((each) => each > (low ?? 0) && each <= (high ?? 0) && !isKept(op, each));
}

/** Whether a version says of the models of the one before what that said; 6 did no more than to drop a note. */
function isKept(op: string, version: number): boolean {
  if (version === 6 && CONSUMING.includes(op)) return true;
  return meansTheSame(op, version) || ONLY_MORE.has(`${op}@${version}`);
}

/** Versions that take more types, shapes or modes, and mean the same by what there was. The evaluator takes types as text and as numbers. */
const ONLY_MORE: ReadonlySet<string> = new Set([
  'Cast@6',
  'Max@8',
  'MaxPool@8',
  'Mean@8',
  'Min@8',
  'Sum@8',
  'Pad@19',
  'Range@27',
  'BitShift@28',
  'Mod@28',
]);

/** Why it is invalid although the test as it is was not. */
function invalidity(pair: Pair, basis: Basis, asked: Referred | undefined): string | undefined {
  if (asked?.died !== undefined) return `onnx.checker died: ${asked.died}`;
  if (pair.errors && !basis.hasErrors) return `ours: ${pair.errors.join('; ')}`;
  const { plain, full } = asked?.checker ?? {};
  if (plain !== undefined && !basis.isRejected) return `onnx.checker: ${plain}`;
  return full !== undefined && !basis.isRejectedInFull ? `onnx.checker (full): ${full}` : undefined;
}

function wordsOf(found: { verdict?: string; detail?: string; died?: string } | undefined): string {
  if (!found) return 'not asked';
  return found.died ?? `${found.verdict}${found.detail ? `, ${found.detail}` : ''}`;
}
