/**
 * Activations that exporters spell out, made one operator for targets that have it. Rules: the ONNX operator specification,
 * where Gelu, Swish and Mish are functions of these very operators.
 */
import type { PatternRule } from '../pass.ts';
import { textRule } from '../pattern/text-rule.ts';
import { alternatives, FLOATS } from './numbers.ts';

/** x * (1 + erf(x / sqrt(2))) / 2, in the orders in which exporters write it. */
export const erfGelu = textRule({
  name: 'erf-gelu',
  title: 'Makes one Gelu of x * (1 + erf(x / √2)) / 2',
  opsets: { from: 20 },
  reassociates: true,
  rule: ['Div (x, sqrt(2))', 'Mul (x, sqrt(0.5))']
    .flatMap((scaled) => {
      const one = `Add (Erf (${scaled}), 1.0)`;
      return [
        `y = Mul (Mul (x, ${one}), 0.5)`,
        `y = Mul (Mul (x, 0.5), ${one})`,
        `y = Mul (x, Mul (${one}, 0.5))`,
        `y = Div (Mul (x, ${one}), 2.0)`,
        `y = Mul (Div (x, 2.0), ${one})`,
      ];
    })
    .join(' or ')
    .concat(' => y = Gelu (x)'),
});

/** sqrt(2 / pi) (x + 0.044715 x^3), in the orders in which models write it. */
const WITHIN_TANH = [
  ...['Mul (Pow (x, 3.0), 0.044715)', 'Mul (Mul (x, Mul (x, x)), 0.044715)', 'Mul (Mul (Mul (x, 0.044715), x), x)'].map(
    (cube) => `Mul (Add (x, ${cube}), sqrt(0.6366197723675814))`,
  ),
  ...['Mul (Mul (x, 0.044715), x)', 'Mul (Mul (x, x), 0.044715)'].flatMap((square) => [
    `Mul (Mul (x, sqrt(0.6366197723675814)), Add (${square}, 1.0))`,
    `Mul (Mul (x, Add (${square}, 1.0)), sqrt(0.6366197723675814))`,
  ]),
];

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
export const tanhGelu = textRule({
  name: 'tanh-gelu',
  title: 'Makes one Gelu of its approximation by tanh',
  opsets: { from: 20 },
  reassociates: true,
  rule: WITHIN_TANH.flatMap((within) => {
    const one = `Add (Tanh (${within}), 1.0)`;
    return [`y = Mul (Mul (x, 0.5), ${one})`, `y = Mul (Mul (x, ${one}), 0.5)`, `y = Mul (x, Mul (${one}, 0.5))`];
  })
    .join(' or ')
    .concat(' => y = Gelu <approximate = "tanh"> (x)'),
});

export const swish = textRule({
  name: 'swish',
  title: 'Makes one Swish of x * sigmoid(x)',
  opsets: { from: 24 },
  reassociates: true,
  rule: 'y = Mul (x, Sigmoid (x)) => y = Swish (x)',
});

/** The approximation of Gelu that some transformers take. */
export const scaledSwish = textRule({
  name: 'scaled-swish',
  title: 'Makes one Swish of x * sigmoid(alpha * x)',
  opsets: { from: 24 },
  reassociates: true,
  rule: 'y = Mul (x, Sigmoid (Mul (x, a))) where rank(a) <= rank(x) => y = Swish <alpha = value(a)> (x)',
});

export const mish = textRule({
  name: 'mish',
  title: 'Makes one Mish of x * tanh(softplus(x))',
  opsets: { from: 18 },
  reassociates: true,
  rule: 'y = Mul (x, Tanh (Softplus (x))) => y = Mish (x)',
});

export const softplus = textRule({
  name: 'softplus',
  title: 'Makes one Softplus of log(exp(x) + 1)',
  reassociates: true,
  // The sum leaves too few digits of a float16: what is spelled out so is something else then.
  rule: 'y = Log (Add (Exp (x), 1.0)) where dtype(x) == float32 => y = Softplus (x)',
});

/** The form that does not overflow: relu(x) + log(exp(-|x|) + 1). */
export const softplusOfMagnitude = textRule({
  name: 'softplus-of-magnitude',
  title: 'Makes one Softplus of relu(x) + softplus(-|x|)',
  reassociates: true,
  rule: `${alternatives(['Relu (x)', 'Max (x, 0.0)'].map((above) => `Add (${above}, Softplus (Neg (Abs (x))))`))}
    where ${FLOATS} => y = Softplus (x)`,
});

export const softsign = textRule({
  name: 'softsign',
  title: 'Makes one Softsign of x / (1 + |x|)',
  // Runtimes divide in their own way.
  reassociates: true,
  rule: `y = Div (x, Add (Abs (x), 1.0)) where ${FLOATS} => y = Softsign (x)`,
});

export const sigmoid = textRule({
  name: 'sigmoid',
  title: 'Makes one Sigmoid of 1 / (1 + exp(-x))',
  reassociates: true,
  rule: `
    y = Reciprocal (Add (Exp (Neg (x)), 1.0)) or
    y = Div (1.0, Add (Exp (Neg (x)), 1.0))
    => y = Sigmoid (x)`,
});

export const activationFusions: readonly PatternRule[] = [
  erfGelu,
  tanhGelu,
  sigmoid,
  swish,
  scaledSwish,
  softplus,
  softplusOfMagnitude,
  softsign,
  mish,
];
