/** Activations that newer opsets brought. Formulas: the function bodies of the ONNX operator specification. */
import { type Adapter, adapter, down, sameUp } from '../adapter.ts';
import { decomposed } from './text.ts';

const CELU = [
  'y = Celu <alpha = 1> (x) => y = Elu (x)',
  'y = Celu <alpha = a> (x) where a > 0 => y = Mul (Elu (Div (x, a)), a)',
  // Below zero the smaller of zero and what grows with x is zero, above it is the function.
  'y = Celu <alpha = a> (x) where a < 0 => y = Sub (Relu (x), Relu (Mul (Sub (Exp (Div (x, a)), 1.0), -a)))',
] as const;

/** Doubles came with 28. */
const celuOfDoubles = decomposed(28, ...CELU);

export const activationDecompositions: readonly Adapter[] = [
  decomposed(28, 'y = SwiGLU <alpha = a> (x, gate) => y = Mul (Swish <alpha = a> (x), gate)'),
  decomposed(
    24,
    'y = Swish <alpha = 1> (x) => y = Mul (x, Sigmoid (x))',
    'y = Swish <alpha = a> (x) => y = Mul (x, Sigmoid (Mul (x, a)))',
  ),
  decomposed(
    20,
    'y = Gelu <approximate = "none"> (x) => y = Mul (Mul (x, 0.5), Add (Erf (Mul (x, sqrt(0.5))), 1.0))',
    `y = Gelu <approximate = "tanh"> (x) =>
     cube = Mul (Mul (x, x), Mul (x, 0.044715))
     inner = Mul (Add (x, cube), sqrt(0.6366197723675814))
     y = Mul (Mul (x, 0.5), Add (Tanh (inner), 1.0))`,
  ),
  decomposed(18, 'y = Mish (x) => y = Mul (x, Tanh (Softplus (x)))'),
  decomposed(14, 'y = HardSwish (x) => y = Mul (x, HardSigmoid <alpha = 0.16666666666666666, beta = 0.5> (x))'),
  decomposed(12, ...CELU),
  adapter(down(28, 'Celu'), (node, onnx) =>
    node.input(0)?.dtype === 'float64' ? celuOfDoubles.rule(node, onnx) : undefined,
  ),
  sameUp(28, 'Celu'),
];
