/** Runs fusions on a few nodes, and both sides in onnxruntime. */
import { FUSIONS, fusionsNamed } from '../../../../../src/core/passes/fusions/table.ts';
import type { PatternRule } from '../../../../../src/core/passes/pass.ts';
import { ONNX_TARGET } from '../../../../../src/core/targets/onnx.ts';
import { type Case, testEach } from '../simplify/simplifying.ts';

/** `[constants, nodes, operators of the result]`; without the last nothing may change. */
export type FusionCase = readonly [constants: string, nodes: string, gives?: string | undefined];

/** Those that simplification takes, and all others. */
export const STANDARD = fusionsNamed(ONNX_TARGET.fusions);
export const SPECIAL = FUSIONS.filter((rule) => !STANDARD.includes(rule));

/** A test for each case: nodes that make `y` of `x`, of that shape, and of others. */
export function fuseEach(
  cases: readonly FusionCase[],
  setting: { opset?: number; shape?: string; type?: string; others?: string; rules?: readonly PatternRule[] } = {},
) {
  const { opset = 17, shape = '[2,3,4,5]', type = 'float', others = '', rules = STANDARD } = setting;
  const whole = cases.map(([constants, nodes, gives]): Case => {
    const lists = constants === '' ? '' : `<${constants}>`;
    return [`${type}${shape} x${others} => ${type} y ${lists}`, nodes.replace(/;\s*/g, '\n'), gives];
  });
  testEach(whole, { rules, opset, within: 1e-5 });
}
