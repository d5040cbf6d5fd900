/** Weights that a file lists among its inputs (initializers as inputs, from IR 4 on): Caffe has no inputs with defaults. */
import type { Model } from '../../ir/model.ts';
import { type Problem, problem } from '../../problems/problem.ts';

/**
 * Makes constants of the graph inputs that have a default. Where there are any, callers lose the possibility to replace
 * them: that is an `inexact` problem, which the user accepts.
 */
export function fixDefaults({ graph }: Model, target: string): readonly Problem[] {
  const defaults = graph.inputs.filter((input) => input.overridable);
  if (defaults.length === 0) return [];
  for (const input of defaults) {
    input.overridable = false;
    graph.inputs.splice(graph.inputs.indexOf(input), 1);
    graph.initializers.add(input);
  }
  const operator = `${defaults.length} ${defaults.length === 1 ? 'input' : 'inputs'} with a default`;
  const reason = 'callers may replace the weights that the file lists among its inputs, here they become constants';
  return [problem('inexact', undefined, { target, operator, reason })];
}
