/** Slice, Split, Concat and Pad that follow each other: cuts of cuts, joins of joins, and those that undo each other. Exact. */
import type { PatternRule } from '../pass.ts';
import { padded, paddingOf } from './forms.ts';
import { concatChain, concatOfOutputs, concatOfParts, sliceOfConcat, splitOfConcat } from './joins.ts';
import { instead, named, producerOf, simplification } from './rule.ts';
import { sliceChain, slicesToSplit } from './slices.ts';

const pads = simplification({
  name: 'pad-chain',
  title: 'Makes one of Pads that follow each other',
  operators: 'Pad',
  replace(node, { onnx }) {
    const inner = producerOf(node.input(0), node, 'Pad');
    const x = inner?.input(0);
    if (!inner || !x || inner.output().useCount !== 1) return undefined;
    const [first, second] = [paddingOf(inner), paddingOf(node)];
    if (!first || !second || first.mode !== 'constant' || second.mode !== 'constant') return undefined;
    const grows = [first, second].every(({ before, after }) => [...before, ...after].every((pad) => pad >= 0));
    if (first.value === undefined || !Object.is(first.value, second.value) || !grows) return undefined;
    const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((each, k) => each + (b[k] ?? 0));
    const both = { ...first, before: sum(first.before, second.before), after: sum(first.after, second.after) };
    return instead(node, padded(onnx, x, both), `${named(inner)} and ${named(node)} are one`);
  },
});

export const cutRules: readonly PatternRule[] = [
  sliceChain,
  sliceOfConcat,
  splitOfConcat,
  concatChain,
  concatOfParts,
  concatOfOutputs,
  pads,
  slicesToSplit,
];
