/** Which layers of a network count: BVLC/caffe, src/caffe/net.cpp, FilterNet and StateMeetsRule. */
import type { Tree } from './tree.ts';

/** What the network is run for. The phase is always TEST: nothing is trained here. */
export interface NetState {
  readonly level: number;
  readonly stages: readonly string[];
}

/** What the file says of itself, and the stages that a user asks for. */
export function stateOf(net: Tree, stages: readonly string[]): NetState {
  const state = net.trees('state').at(-1);
  return { level: state?.number('level') ?? 0, stages: [...(state?.strings('stage') ?? []), ...stages] };
}

/** Whether a layer belongs to the network that is run: by its rules of inclusion, or else those of exclusion. */
export function counts(layer: Tree, state: NetState): boolean {
  const includes = layer.trees('include');
  if (includes.length > 0) return includes.some((rule) => holds(rule, state));
  return !layer.trees('exclude').some((rule) => holds(rule, state));
}

function holds(rule: Tree, { level, stages }: NetState): boolean {
  if ((rule.string('phase') ?? 'TEST') !== 'TEST') return false;
  const [least, most] = [rule.number('min_level'), rule.number('max_level')];
  if ((least !== undefined && level < least) || (most !== undefined && level > most)) return false;
  return (
    rule.strings('stage').every((stage) => stages.includes(stage)) &&
    !rule.strings('not_stage').some((stage) => stages.includes(stage))
  );
}
