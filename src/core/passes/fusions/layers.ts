/**
 * Operators that ONNX has from a later opset on than that at which models become layers, in a domain of their own: for targets whose
 * layers say them, which never write them as ONNX.
 */
import type { PatternRule } from '../pass.ts';
import { textRule } from '../pattern/text-rule.ts';
import { FLOATS } from './numbers.ts';

export const layerFusions: readonly PatternRule[] = [
  textRule({
    name: 'swish-as-layer',
    title: 'Makes one Swish of x * sigmoid(x), at every opset',
    reassociates: true,
    rule: `y = Mul (x, Sigmoid (x)) where ${FLOATS} => y = graphwright.Swish (x)`,
  }),
  textRule({
    name: 'scaled-swish-as-layer',
    title: 'Makes one Swish of x * sigmoid(alpha * x), at every opset',
    reassociates: true,
    rule: `y = Mul (x, Sigmoid (Mul (x, a))) where ${FLOATS}, rank(a) <= rank(x) => y = graphwright.Swish <alpha = value(a)> (x)`,
  }),
];
