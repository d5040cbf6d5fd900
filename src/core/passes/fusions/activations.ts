/**
 * Activations that exporters spell out, made one operator for targets that have it. Rules: the ONNX operator specification,
 * where Gelu and Swish are functions of these very operators.
 */
import { textRule } from '../pattern/text-rule.ts';

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

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
export const tanhGelu = textRule({
  name: 'tanh-gelu',
  title: 'Makes one Gelu of its approximation by tanh',
  opsets: { from: 20 },
  reassociates: true,
  rule: ['Pow (x, 3.0)', 'Mul (x, Mul (x, x))']
    .flatMap((cube) => {
      const one = `Add (Tanh (Mul (Add (x, Mul (${cube}, 0.044715)), sqrt(0.6366197723675814))), 1.0)`;
      return [`y = Mul (Mul (x, 0.5), ${one})`, `y = Mul (Mul (x, ${one}), 0.5)`, `y = Mul (x, Mul (${one}, 0.5))`];
    })
    .join(' or ')
    .concat(' => y = Gelu <approximate = "tanh"> (x)'),
});

export const swish = textRule({
  name: 'swish',
  title: 'Makes one Swish of x * sigmoid(x)',
  opsets: { from: 24 },
  reassociates: false,
  rule: 'y = Mul (x, Sigmoid (x)) => y = Swish (x)',
});
