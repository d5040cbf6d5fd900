/**
 * Functions that are x above 0 and something else below, out of the comparisons, maxima and sums that stand for them.
 * Rules: the ONNX operator specification.
 */
import type { PatternRule } from '../pass.ts';
import { textRule } from '../pattern/text-rule.ts';
import { aboveZero, alternatives, FLOATS } from './numbers.ts';

const ABOVE = ['Relu (x)', 'Max (x, 0.0)'];

export const relu = textRule({
  name: 'relu-of-where',
  title: 'Makes one Relu of what keeps x above 0 and is 0 below',
  reassociates: false,
  // What is not above 0 is 0 in the other spellings, NaN too, which Relu hands on; and -Infinity times 0 is NaN.
  rule: `y = Where (Less | LessOrEqual (x, 0.0), 0.0, x) where ${FLOATS} => y = Relu (x)`,
});

export const thresholdedRelu = textRule({
  name: 'thresholded-relu',
  title: 'Makes one ThresholdedRelu of what keeps x above a number and is 0 elsewhere',
  opsets: { from: 10 },
  reassociates: false,
  // Its NaN is 0: what keeps NaN, or makes it of -Infinity, is something else.
  rule: `y = Where (Greater (x, a), x, 0.0) where ${FLOATS}, rank(a) <= rank(x)
    => y = ThresholdedRelu <alpha = value(a)> (x)`,
});

export const leakyRelu = textRule({
  name: 'leaky-relu',
  title: 'Makes one LeakyRelu of x above 0 and alpha * x below',
  reassociates: false,
  rule: `${alternatives(aboveZero('Mul (x, a)'))}
    where ${FLOATS}, rank(a) <= rank(x) => y = LeakyRelu <alpha = value(a)> (x)`,
});

/** The larger of x and a x is x above 0 and a x below where a is at most 1. */
export const leakyReluOfMax = textRule({
  name: 'leaky-relu-of-max',
  title: 'Makes one LeakyRelu of max(x, alpha * x) where alpha is at most 1',
  reassociates: false,
  rule: `y = Max (x, Mul (x, a)) where ${FLOATS}, rank(a) <= rank(x), value(a) <= 1
    => y = LeakyRelu <alpha = value(a)> (x)`,
});

export const prelu = textRule({
  name: 'prelu',
  title: 'Makes one PRelu of x above 0 and slopes * x below',
  reassociates: false,
  rule: `${alternatives(aboveZero('Mul (x, a)'))} where ${FLOATS}, constant(a), broadcasts(a, x) => y = PRelu (x, a)`,
});

/** relu(x) - slopes * relu(-x). */
export const preluOfTwo = textRule({
  name: 'prelu-of-two',
  title: 'Makes one PRelu of relu(x) - slopes * relu(-x)',
  reassociates: false,
  rule: `y = Sub (Relu (x), Mul (Relu (Neg (x)), a)) where ${FLOATS}, constant(a), broadcasts(a, x) => y = PRelu (x, a)`,
});

/** Keras writes the slopes with the other sign. */
export const preluOfSum = textRule({
  name: 'prelu-of-sum',
  title: 'Makes one PRelu of relu(x) + slopes * relu(-x) with the sign of the slopes changed',
  reassociates: false,
  rule: `y = Add (Relu (x), Mul (Relu (Neg (x)), a)) where ${FLOATS}, constant(a), broadcasts(a, x)
    => const slopes = Neg (a)
       y = PRelu (x, slopes)`,
});

/** exp(x) - 1 where x is below 0; some keep the other side from growing. */
const BELOW = ['Sub (Exp (x), 1.0)', 'Sub (Exp (Min (x, 0.0)), 1.0)', 'Add (Exp (x), -1.0)'];

export const elu = textRule({
  name: 'elu',
  title: 'Makes one Elu of x above 0 and alpha * (exp(x) - 1) below',
  reassociates: true,
  rule: `${alternatives([
    ...BELOW.flatMap((below) => aboveZero(`Mul (${below}, a)`)),
    ...BELOW.flatMap((below) => ABOVE.map((above) => `Add (${above}, Mul (Min (${below}, 0.0), a))`)),
    ...ABOVE.map((above) => `Add (${above}, Mul (Sub (Exp (Min (x, 0.0)), 1.0), a))`),
  ])} where ${FLOATS}, rank(a) <= rank(x) => y = Elu <alpha = value(a)> (x)`,
});

export const eluOfOne = textRule({
  name: 'elu-of-one',
  title: 'Makes one Elu of x above 0 and exp(x) - 1 below',
  reassociates: true,
  rule: `${alternatives([
    ...BELOW.flatMap((below) => aboveZero(below)),
    ...BELOW.flatMap((below) => ABOVE.map((above) => `Add (${above}, Min (${below}, 0.0))`)),
    ...ABOVE.map((above) => `Add (${above}, Sub (Exp (Min (x, 0.0)), 1.0))`),
  ])} where ${FLOATS} => y = Elu (x)`,
});

/** Only for a above 0: below it the sides change places. */
export const celu = textRule({
  name: 'celu',
  title: 'Makes one Celu of x above 0 and alpha * (exp(x / alpha) - 1) below',
  opsets: { from: 12 },
  reassociates: true,
  rule: `${alternatives([
    'Mul (Elu (Div (x, a)), a)',
    ...aboveZero('Mul (Sub (Exp (Div (x, a)), 1.0), a)'),
    ...ABOVE.flatMap((above) => [
      `Add (${above}, Min (Mul (Sub (Exp (Div (x, a)), 1.0), a), 0.0))`,
      `Add (${above}, Mul (Min (Sub (Exp (Div (x, a)), 1.0), 0.0), a))`,
    ]),
  ])} where dtype(x) == float32, rank(a) <= rank(x), value(a) > 0 => y = Celu <alpha = value(a)> (x)`,
});

export const selu = textRule({
  name: 'selu',
  title: 'Makes one Selu of Elu and a factor',
  reassociates: true,
  rule: `y = Mul (Elu <alpha = e> (x), g) where ${FLOATS}, rank(g) <= rank(x) => y = Selu <alpha = e, gamma = value(g)> (x)`,
});

export const rectifierFusions: readonly PatternRule[] = [
  relu,
  thresholdedRelu,
  leakyRelu,
  leakyReluOfMax,
  prelu,
  preluOfTwo,
  preluOfSum,
  elu,
  eluOfOne,
  celu,
  selu,
];
