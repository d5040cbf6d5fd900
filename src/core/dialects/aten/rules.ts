/** All shape-and-dtype rules of the aten dialect, and the call of one. */
import type { Dim } from '../../ir/shape.ts';
import type { ArgumentReader } from './arguments.ts';
import type { Rule, RuleTable, TensorInfo } from './rule.ts';
import { convolutions } from './rules/convolution.ts';
import { creations } from './rules/creation.ts';
import { indexing } from './rules/indexing.ts';
import { linearAlgebra } from './rules/linear-algebra.ts';
import { losses } from './rules/losses.ts';
import { matrices } from './rules/matrices.ts';
import { normalizations } from './rules/normalization.ts';
import { pointwise } from './rules/pointwise.ts';
import { recurrent } from './rules/recurrent.ts';
import { reductions } from './rules/reductions.ts';
import { resampling } from './rules/resampling.ts';
import { spectra } from './rules/spectra.ts';
import { transformer } from './rules/transformer.ts';

const TABLES: readonly RuleTable[] = [
  pointwise,
  reductions,
  linearAlgebra,
  matrices,
  losses,
  convolutions,
  normalizations,
  creations,
  indexing,
  resampling,
  recurrent,
  spectra,
  transformer,
];

const rules = new Map<string, Rule>(TABLES.flatMap((table) => Object.entries(table)));

/** The names of all operators with a rule. */
export const RULE_NAMES: ReadonlySet<string> = new Set(rules.keys());

/** The rule of an operator of namespace `aten` that makes new tensors; undefined where there is none (see views.ts for views). */
export function ruleFor(name: string): Rule | undefined {
  return rules.get(name);
}

/** The results of a call; undefined where no rule knows them. Throws ShapeError for arguments that PyTorch refuses. */
export function inferResults(
  args: ArgumentReader<TensorInfo>,
  counted: () => Dim = () => undefined,
): readonly TensorInfo[] | undefined {
  const results = rules.get(args.schema.name)?.(args, counted);
  return results === undefined || !isOne(results) ? results : [results];
}

function isOne(results: TensorInfo | readonly TensorInfo[]): results is TensorInfo {
  return 'dtype' in results;
}
