/** All rules from aten to ONNX, by operator. */
import type { Node } from '../../ir/node.ts';
import { ORIGINALS } from './aliases.ts';
import { onReals } from './complex/on-reals.ts';
import type { Lowering } from './lowering.ts';
import { activations } from './rules/activations.ts';
import { antialiased } from './rules/antialias.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { attention } from './rules/attention.ts';
import { embeddingBags } from './rules/bags.ts';
import { comparison } from './rules/comparison.ts';
import { conversion } from './rules/conversion.ts';
import { convolution } from './rules/convolution.ts';
import { creation } from './rules/creation.ts';
import { distinctElements } from './rules/distinct.ts';
import { embedding } from './rules/embedding.ts';
import { fakeQuantization } from './rules/fake-quantization.ts';
import { frequencies } from './rules/frequencies.ts';
import { indexing } from './rules/indexing.ts';
import { indices } from './rules/indices.ts';
import { inverses } from './rules/inverses.ts';
import { linear } from './rules/linear.ts';
import { losses } from './rules/losses.ts';
import { matrices } from './rules/matrices.ts';
import { missingNumbers } from './rules/missing-numbers.ts';
import { normalization } from './rules/normalization.ts';
import { placing } from './rules/placing.ts';
import { pointwise } from './rules/pointwise.ts';
import { pooling } from './rules/pooling.ts';
import { randomNumbers } from './rules/random.ts';
import { rearranging } from './rules/rearranging.ts';
import { recurrent } from './rules/recurrent.ts';
import { reduction } from './rules/reduction.ts';
import { repetition } from './rules/repetition.ts';
import { runningResults } from './rules/running.ts';
import { shape } from './rules/shape.ts';
import { transformer } from './rules/transformer.ts';
import { vision } from './rules/vision.ts';
import { windows } from './rules/windows.ts';
import { writes } from './rules/writes.ts';

const FAMILIES = [
  activations,
  antialiased,
  arithmetic,
  attention,
  comparison,
  conversion,
  convolution,
  creation,
  distinctElements,
  embedding,
  frequencies,
  indices,
  indexing,
  inverses,
  linear,
  normalization,
  onReals,
  pointwise,
  pooling,
  rearranging,
  recurrent,
  reduction,
  repetition,
  shape,
  transformer,
  vision,
  embeddingBags,
  fakeQuantization,
  losses,
  matrices,
  missingNumbers,
  placing,
  randomNumbers,
  runningResults,
  windows,
  writes,
];

/** Rules by `aten::op.overload` or `aten::op`. Each takes the arguments of its own schema (see LoweringTable). */
export const RULES: ReadonlyMap<string, Lowering<never>> = new Map(
  FAMILIES.flatMap((family) => Object.entries<Lowering<never>>(family)),
);

/** The rule of a node: that of its overload before that of the operator. It takes the plain arguments of the node. */
export function ruleOf(node: Node): Lowering<Record<string, unknown>> | undefined {
  const name = `${node.domain}::${(node.domain === 'aten' && ORIGINALS.get(node.op)) || node.op}`;
  const rule = RULES.get(`${name}.${node.overload}`) ?? RULES.get(name);
  // The arguments are read by the schema that the rule is typed by.
  return rule as Lowering<Record<string, unknown>> | undefined;
}
