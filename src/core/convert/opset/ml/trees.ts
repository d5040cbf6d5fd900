/**
 * The trees of an ensemble, and how both spellings of them are read and written: nodes and leaves in one list by tree and number
 * (TreeEnsembleRegressor, TreeEnsembleClassifier), or branches and leaves apart, by their places (TreeEnsemble of
 * ai.onnx.ml 5). Source: the operator changelog of ai.onnx.ml.
 */
import { type Attribute, floats, ints, strings, tensor } from '../../../ir/attribute.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { tooOld } from '../adapter.ts';
import { textsOf } from './texts.ts';

export type Attributes = readonly (readonly [string, Attribute])[];

/** By their numbers in version 5; the last one asks whether the feature is one of several. */
export const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];
const EQUAL = 4;
const MEMBER = 6;

export interface Vote {
  readonly target: number;
  readonly weight: number;
}

export interface Leaf {
  readonly votes: readonly Vote[];
}

export interface Branch {
  readonly mode: number;
  readonly feature: number;
  readonly split: number;
  /** Where the feature is NaN. */
  readonly missingIsTrue: boolean;
  readonly yes: Tree;
  readonly no: Tree;
}

export type Tree = Branch | Leaf;

/** More than any forest has; trees that share branches would become as many. */
const MOST_NODES = 4_000_000;
/** Deeper ones are no trees that anybody grows. */
const DEEPEST = 2000;

/** Counts what is read, so that branches that go around in circles come to an end. */
class Budget {
  private left = MOST_NODES;

  constructor(private readonly node: Node) {}

  spend(depth: number): void {
    if (--this.left < 0) tooOld(this.node, 5, 'its trees share branches, and have too many without');
    if (depth > DEEPEST) tooOld(this.node, 5, 'its trees are too deep, or go around in circles');
  }
}

/** The trees of a TreeEnsemble; that a feature is one of several is asked one by one. */
export function branchesApart(node: Node): readonly Tree[] {
  const list = (name: string) => node.ints(name)?.map(Number) ?? [];
  const numbers = (name: string) => node.attribute(name, 'tensor')?.numbers() ?? [];
  const [features, modes, splits] = [list('nodes_featureids'), numbers('nodes_modes'), numbers('nodes_splits')];
  const [yes, no, missing] = [
    list('nodes_truenodeids'),
    list('nodes_falsenodeids'),
    list('nodes_missing_value_tracks_true'),
  ];
  const [yesIsLeaf, noIsLeaf] = [list('nodes_trueleafs'), list('nodes_falseleafs')];
  const [targets, weights] = [list('leaf_targetids'), numbers('leaf_weights')];
  const members = membersOf(modes, numbers('membership_values'));
  const budget = new Budget(node);
  const leafAt = (place: number): Leaf => {
    const [target, weight] = [targets[place], weights[place]];
    if (target === undefined || weight === undefined) return tooOld(node, 5, `it has no leaf ${place}`);
    return { votes: [{ target, weight }] };
  };
  const treeAt = (place: number, isLeaf: boolean, depth: number): Tree => {
    budget.spend(depth);
    if (isLeaf) return leafAt(place);
    const [mode, feature, split] = [modes[place], features[place], splits[place]];
    const [onTrue, onFalse] = [yes[place], no[place]];
    if (
      mode === undefined ||
      feature === undefined ||
      split === undefined ||
      onTrue === undefined ||
      onFalse === undefined
    )
      return tooOld(node, 5, `it has no branch ${place}`);
    const below = () => treeAt(onTrue, yesIsLeaf[place] === 1, depth + 1);
    const otherwise = treeAt(onFalse, noIsLeaf[place] === 1, depth + 1);
    const missingIsTrue = missing[place] === 1;
    if (mode !== MEMBER) return { mode, feature, split, missingIsTrue, yes: below(), no: otherwise };
    return (members.get(place) ?? []).reduceRight<Tree>(
      (rest, member) => ({ mode: EQUAL, feature, split: member, missingIsTrue, yes: below(), no: rest }),
      otherwise,
    );
  };
  return list('tree_roots').map((root) => {
    const isLeaf = yesIsLeaf[root] === 1 && noIsLeaf[root] === 1 && yes[root] === no[root];
    return isLeaf ? leafAt(yes[root] ?? 0) : treeAt(root, false, 0);
  });
}

/** Sets of numbers in the order of the branches that ask for them, each ended by NaN. */
function membersOf(modes: readonly number[], values: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, readonly number[]>();
  let start = 0;
  for (const [place, mode] of modes.entries()) {
    if (mode !== MEMBER) continue;
    const end = values.findIndex((value, k) => k >= start && Number.isNaN(value));
    found.set(place, values.slice(start, end < 0 ? undefined : end));
    start = end < 0 ? values.length : end + 1;
  }
  return found;
}

/** The trees of a TreeEnsembleRegressor (`target`) or TreeEnsembleClassifier (`class`). */
export function nodesTogether(node: Node, votes: 'class' | 'target'): readonly Tree[] {
  const list = (name: string) => node.ints(name)?.map(Number) ?? [];
  const numbers = (name: string) =>
    node.attribute(`${name}_as_tensor`, 'tensor')?.numbers() ?? node.attribute(name, 'floats') ?? [];
  const [trees, ids, features] = [list('nodes_treeids'), list('nodes_nodeids'), list('nodes_featureids')];
  const [yes, no, missing] = [
    list('nodes_truenodeids'),
    list('nodes_falsenodeids'),
    list('nodes_missing_value_tracks_true'),
  ];
  const modes = textsOf(node, 'nodes_modes') ?? [];
  const splits = numbers('nodes_values');
  const key = (tree: number | undefined, id: number | undefined) => `${tree} ${id}`;
  const places = new Map(ids.map((id, place) => [key(trees[place], id), place]));
  const votesAt = new Map<string, Vote[]>();
  const [voteTrees, voteNodes] = [list(`${votes}_treeids`), list(`${votes}_nodeids`)];
  const weights = numbers(`${votes}_weights`);
  for (const [k, target] of list(`${votes}_ids`).entries()) {
    const at = key(voteTrees[k], voteNodes[k]);
    const vote = { target, weight: weights[k] ?? tooOld(node, 4, `it has no weight ${k}`) };
    votesAt.set(at, [...(votesAt.get(at) ?? []), vote]);
  }
  const children = new Set<string>();
  for (const [place, mode] of modes.entries())
    if (mode !== 'LEAF') for (const child of [yes[place], no[place]]) children.add(key(trees[place], child));
  const budget = new Budget(node);
  const treeAt = (at: string, depth: number): Tree => {
    budget.spend(depth);
    const place = places.get(at) ?? tooOld(node, 4, `it has no node ${at.split(' ')[1]} in tree ${at.split(' ')[0]}`);
    if (modes[place] === 'LEAF') return { votes: votesAt.get(at) ?? [] };
    const mode = MODES.indexOf(modes[place] ?? '');
    const [feature, split] = [features[place], splits[place]];
    if (mode < 0 || feature === undefined || split === undefined) return tooOld(node, 4, `node ${place} asks nothing`);
    const [below, otherwise] = [yes, no].map((ends) => treeAt(key(trees[place], ends[place]), depth + 1));
    if (!below || !otherwise) return tooOld(node, 4, `node ${place} leads nowhere`);
    return { mode, feature, split, missingIsTrue: missing[place] === 1, yes: below, no: otherwise };
  };
  return [...new Set(trees)].map((tree) => {
    const roots = ids.flatMap((id, place) =>
      trees[place] === tree && !children.has(key(tree, id)) ? [key(tree, id)] : [],
    );
    const [root, ...others] = roots;
    if (root === undefined || others.length > 0) tooOld(node, 4, `tree ${tree} has ${roots.length} roots`);
    return treeAt(root, 0);
  });
}

/** Trees as TreeEnsembleRegressor lists them. */
export function togetherAttributes(trees: readonly Tree[]): Attributes {
  const nodes = {
    treeids: [] as number[],
    nodeids: [] as number[],
    featureids: [] as number[],
    values: [] as number[],
    modes: [] as string[],
    truenodeids: [] as number[],
    falsenodeids: [] as number[],
    missing: [] as number[],
  };
  const votes = { treeids: [] as number[], nodeids: [] as number[], ids: [] as number[], weights: [] as number[] };
  for (const [tree, root] of trees.entries()) {
    const open: Tree[] = [root];
    // Children are numbered as they are met; what is read grows behind what was read.
    for (let id = 0; id < open.length; id++) {
      const each = open[id];
      if (!each) break;
      const isLeaf = 'votes' in each;
      nodes.treeids.push(tree);
      nodes.nodeids.push(id);
      nodes.featureids.push(isLeaf ? 0 : each.feature);
      nodes.values.push(isLeaf ? 0 : each.split);
      nodes.modes.push(isLeaf ? 'LEAF' : (MODES[each.mode] ?? 'LEAF'));
      nodes.truenodeids.push(isLeaf ? 0 : open.length);
      nodes.falsenodeids.push(isLeaf ? 0 : open.length + 1);
      nodes.missing.push(!isLeaf && each.missingIsTrue ? 1 : 0);
      if (!isLeaf) open.push(each.yes, each.no);
      for (const { target, weight } of isLeaf ? each.votes : []) {
        votes.treeids.push(tree);
        votes.nodeids.push(id);
        votes.ids.push(target);
        votes.weights.push(weight);
      }
    }
  }
  return [
    ['nodes_treeids', ints(nodes.treeids)],
    ['nodes_nodeids', ints(nodes.nodeids)],
    ['nodes_featureids', ints(nodes.featureids)],
    ['nodes_values', floats(nodes.values)],
    ['nodes_modes', strings(nodes.modes)],
    ['nodes_truenodeids', ints(nodes.truenodeids)],
    ['nodes_falsenodeids', ints(nodes.falsenodeids)],
    ...(nodes.missing.includes(1) ? [['nodes_missing_value_tracks_true', ints(nodes.missing)] as const] : []),
    ['target_treeids', ints(votes.treeids)],
    ['target_nodeids', ints(votes.nodeids)],
    ['target_ids', ints(votes.ids)],
    ['target_weights', floats(votes.weights)],
  ];
}

/** Trees as TreeEnsemble lists them, their numbers of the type of its input. Each leaf has one vote. */
export function apartAttributes(trees: readonly Tree[], dtype: 'float32' | 'float64'): Attributes {
  const branches: { tree: Branch; yes: number; no: number }[] = [];
  const leaves: Vote[] = [];
  const roots: number[] = [];
  const place = (tree: Tree, open: Branch[]): number => {
    if (!('votes' in tree)) {
      open.push(tree);
      branches.push({ tree, yes: 0, no: 0 });
      return branches.length - 1;
    }
    leaves.push(tree.votes[0] ?? { target: 0, weight: 0 });
    return leaves.length - 1;
  };
  for (const root of trees) {
    roots.push(branches.length);
    // A leaf by itself is a branch whose ways both lead to it.
    if ('votes' in root) {
      const leaf = place(root, []);
      const alone = { mode: 0, feature: 0, split: 0, missingIsTrue: false, yes: root, no: root };
      branches.push({ tree: alone, yes: leaf, no: leaf });
      continue;
    }
    const open: Branch[] = [];
    const first = place(root, open);
    for (let k = 0; k < open.length; k++) {
      const [branch, entry] = [open[k], branches[first + k]];
      if (!branch || !entry) break;
      entry.yes = place(branch.yes, open);
      entry.no = place(branch.no, open);
    }
  }
  const each = <T>(of: (branch: (typeof branches)[number]) => T) => branches.map(of);
  const floatsOf = (values: readonly number[]) => tensor(Tensor.of(dtype, [values.length], values));
  return [
    ['tree_roots', ints(roots)],
    ['nodes_featureids', ints(each(({ tree }) => tree.feature))],
    ['nodes_splits', floatsOf(each(({ tree }) => tree.split))],
    [
      'nodes_modes',
      tensor(
        Tensor.of(
          'uint8',
          [branches.length],
          each(({ tree }) => tree.mode),
        ),
      ),
    ],
    ['nodes_truenodeids', ints(each(({ yes }) => yes))],
    ['nodes_trueleafs', ints(each(({ tree }) => ('votes' in tree.yes ? 1 : 0)))],
    ['nodes_falsenodeids', ints(each(({ no }) => no))],
    ['nodes_falseleafs', ints(each(({ tree }) => ('votes' in tree.no ? 1 : 0)))],
    ['nodes_missing_value_tracks_true', ints(each(({ tree }) => (tree.missingIsTrue ? 1 : 0)))],
    ['leaf_targetids', ints(leaves.map(({ target }) => target))],
    ['leaf_weights', floatsOf(leaves.map(({ weight }) => weight))],
  ];
}
