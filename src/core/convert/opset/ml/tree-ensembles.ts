/**
 * TreeEnsemble of ai.onnx.ml 5, and TreeEnsembleRegressor and TreeEnsembleClassifier before, whose numbers may be doubles from 3 on.
 * Source: the operator changelog of ai.onnx.ml.
 */

import { ML } from '../../../dialects/onnx/ml-versions.ts';
import { type Attribute, floats, int, string } from '../../../ir/attribute.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, tooOld } from '../adapter.ts';
import { typed } from '../decompositions/forms.ts';
import { mlDown, mlSame, mlUp } from './facts.ts';
import { textsOf, textTensor } from './texts.ts';
import { apartAttributes, branchesApart, type Leaf, nodesTogether, type Tree, togetherAttributes } from './trees.ts';

/** By their numbers in version 5. */
const AGGREGATES = ['AVERAGE', 'SUM', 'MIN', 'MAX'];
const TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'];

/** onnxruntime 1.30 takes the number of the one for the other: they are never written by number, and not read by it. */
const AMBIGUOUS = new Set(['SOFTMAX', 'LOGISTIC']);

/** One spelling into the other. Half floats are added up as floats; a regressor gives floats, whatever it takes. */
const ensembleDown = adapter(mlDown(5, 'TreeEnsemble'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  if (dtype === 'float64') tooOld(node, 5, 'its results are doubles, and those of older versions floats');
  const transform = TRANSFORMS[Number(node.int('post_transform', 0n))] ?? 'NONE';
  if (AMBIGUOUS.has(transform))
    tooOld(node, 5, `runtimes do not agree on whether it means ${[...AMBIGUOUS].join(' or ')}`);
  const targets = node.int('n_targets') ?? tooOld(node, 5, 'it does not say how many targets it has');
  const attributes: (readonly [string, Attribute])[] = [
    ...togetherAttributes(branchesApart(node)),
    ['n_targets', int(targets)],
    ['aggregate_function', string(AGGREGATES[Number(node.int('aggregate_function', 1n))] ?? 'SUM')],
    ['post_transform', string(transform)],
  ];
  const input = dtype === 'float16' ? onnx.cast(x, 'float32') : x;
  const result = onnx.node(ML, 'TreeEnsembleRegressor', [input], attributes).output();
  return dtype === 'float16' ? onnx.cast(result, dtype) : result;
});

const regressorUp = adapter(mlUp(5, 'TreeEnsembleRegressor'), (node, onnx) => {
  const trees = nodesTogether(node, 'target');
  const targets = Number(node.int('n_targets') ?? tooOld(node, 4, 'it does not say how many targets it has'));
  const aggregate = node.string('aggregate_function', 'SUM');
  const base = baseOf(node);
  const single = aggregate === 'SUM' || aggregate === 'AVERAGE' ? singleVotes(trees) : trees;
  if (single.some((tree) => !leavesOf(tree).every(({ votes }) => votes.length === 1)))
    tooOld(node, 4, 'its leaves vote for several targets, or for none');
  const isSplit = aggregate === 'AVERAGE' && single.length !== trees.length;
  const transform = node.string('post_transform', 'NONE');
  const isOpen = isSplit || base !== undefined || AMBIGUOUS.has(transform);
  if (targets === 1 && transform !== 'NONE')
    tooOld(node, 4, `runtimes do not agree on what ${transform} makes of one result`);
  const summed = ensemble(node, onnx, single, targets, {
    aggregate: isSplit ? 'SUM' : aggregate,
    transform: isOpen ? 'NONE' : transform,
  });
  const mean = isSplit ? onnx.Div(summed, onnx.like(summed, trees.length)) : summed;
  const result = isOpen ? transformed(node, onnx, withBase(onnx, mean, base), transform) : mean;
  return onnx.cast(result, 'float32');
});

const classifierUp = adapter(mlUp(5, 'TreeEnsembleClassifier'), (node, onnx) => {
  const trees = nodesTogether(node, 'class');
  const [texts, numbers] = [textsOf(node, 'classlabels_strings'), node.ints('classlabels_int64s')];
  const count = texts?.length ?? numbers?.length ?? 0;
  if (count < 3) tooOld(node, 4, 'what it gives for two classes is not written down');
  const base = baseOf(node);
  if (!base && !allClassesCount(trees, count)) tooOld(node, 4, 'a class that no tree votes for may be the first');
  const scores = ensemble(node, onnx, singleVotes(trees), count, { aggregate: 'SUM', transform: 'NONE' });
  const sums = onnx.cast(withBase(onnx, scores, base), 'float32');
  const first = onnx.ArgMax(sums, { axis: 1, keepdims: 0 });
  const labels = texts ? textTensor(texts) : Tensor.of('int64', [count], numbers ?? []);
  const label = onnx.Gather(onnx.constant(labels), first);
  return [label, transformed(node, onnx, sums, node.string('post_transform', 'NONE'))];
});

/** A TreeEnsemble of these trees, in floats, or in doubles where they or the input are wider. */
function ensemble(
  node: Node,
  onnx: OnnxBuilder,
  trees: readonly Tree[],
  targets: number,
  { aggregate, transform }: { readonly aggregate: string; readonly transform: string },
): Value {
  const { value: x, dtype } = typed(node);
  if (dtype === 'int64') tooOld(node, 4, 'its input is of int64, and no float holds all of its numbers');
  const isWide = dtype === 'float64' || dtype === 'int32' || hasDoubles(node);
  const type = isWide ? 'float64' : 'float32';
  const attributes: (readonly [string, Attribute])[] = [
    ...apartAttributes(trees, type),
    ['n_targets', int(targets)],
    ['aggregate_function', int(AGGREGATES.indexOf(aggregate))],
    ['post_transform', int(TRANSFORMS.indexOf(transform))],
  ];
  const made = onnx.node(ML, 'TreeEnsemble', [onnx.cast(x, type)], attributes).output();
  made.type ??= { kind: 'tensor', dtype: type, shape: [x.shape?.[0], targets] };
  return made;
}

function hasDoubles(node: Node): boolean {
  return [...node.attributes.keys()].some((name) => name.endsWith('_as_tensor'));
}

function baseOf(node: Node): readonly number[] | undefined {
  const given = node.attribute('base_values_as_tensor', 'tensor')?.numbers() ?? node.attribute('base_values', 'floats');
  return given && given.length > 0 ? given : undefined;
}

function withBase(onnx: OnnxBuilder, x: Value, base: readonly number[] | undefined): Value {
  if (!base) return x;
  const values = onnx.constant(Tensor.of(x.dtype ?? 'float32', [1, base.length], base));
  return onnx.Add(x, values);
}

function transformed(node: Node, onnx: OnnxBuilder, x: Value, transform: string): Value {
  switch (transform) {
    case 'NONE':
      return x;
    case 'LOGISTIC':
      return onnx.Sigmoid(x);
    case 'SOFTMAX':
      return onnx.Softmax(x, { axis: 1 });
    default:
      return tooOld(node, 4, `it turns its results into ${transform}`);
  }
}

/** A tree for each target that a tree votes for, where one of its leaves votes for several; sums stay what they are. */
function singleVotes(trees: readonly Tree[]): readonly Tree[] {
  return trees.flatMap((tree) => {
    const leaves = leavesOf(tree);
    if (leaves.every(({ votes }) => votes.length <= 1))
      return [mapLeaves(tree, (leaf) => (leaf.votes.length === 1 ? leaf : { votes: [{ target: 0, weight: 0 }] }))];
    const targets = [...new Set(leaves.flatMap(({ votes }) => votes.map(({ target }) => target)))];
    return targets.map((target) =>
      mapLeaves(tree, ({ votes }) => ({ votes: [{ target, weight: sumFor(votes, target) }] })),
    );
  });
}

function sumFor(votes: Leaf['votes'], target: number): number {
  return votes.reduce((sum, vote) => (vote.target === target ? sum + vote.weight : sum), 0);
}

function mapLeaves(tree: Tree, change: (leaf: Leaf) => Leaf): Tree {
  if ('votes' in tree) return change(tree);
  return { ...tree, yes: mapLeaves(tree.yes, change), no: mapLeaves(tree.no, change) };
}

function leavesOf(tree: Tree): readonly Leaf[] {
  return 'votes' in tree ? [tree] : [...leavesOf(tree.yes), ...leavesOf(tree.no)];
}

/**
 * Whether the class with the largest sum is the same to those who count only classes that were voted for: each class has a tree
 * that always votes for it, or all votes are above 0 and each leaf has one.
 */
function allClassesCount(trees: readonly Tree[], count: number): boolean {
  const leaves = trees.map(leavesOf);
  const always = Array.from({ length: count }, (_, target) =>
    leaves.some((all) => all.every(({ votes }) => votes.some((vote) => vote.target === target))),
  );
  if (always.every(Boolean)) return true;
  return leaves.flat().every(({ votes }) => votes.length > 0 && votes.every(({ weight }) => weight > 0));
}

/** Doubles came with 3; those that are floats as well may be written as such. */
const withoutDoubles = adapter(mlDown(3, 'TreeEnsembleClassifier', 'TreeEnsembleRegressor'), (node) => {
  for (const [name, attribute] of [...node.attributes]) {
    if (!name.endsWith('_as_tensor') || attribute.type !== 'tensor') continue;
    const values = attribute.value.numbers();
    if (values.some((value) => Math.fround(value) !== value)) tooOld(node, 3, 'its numbers are doubles');
    node.deleteAttribute(name);
    node.setAttribute(name.slice(0, -'_as_tensor'.length), floats(values));
  }
  return undefined;
});

export const treeEnsembles: readonly Adapter[] = [
  ensembleDown,
  regressorUp,
  classifierUp,
  // Deprecated there, and the same.
  mlSame(mlDown(5, 'TreeEnsembleClassifier', 'TreeEnsembleRegressor')),
  withoutDoubles,
  mlSame(mlUp(3, 'TreeEnsembleClassifier', 'TreeEnsembleRegressor')),
];
