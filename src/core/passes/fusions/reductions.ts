/** Sums of functions that are reductions of their own. Rules: the ONNX operator specification. */
import type { PatternRule } from '../pass.ts';
import { textRule } from '../pattern/text-rule.ts';

const FLOATS = 'dtype(x) in [float32, float64, float16]';

/**
 * From 13 to 17 the axes of ReduceSum are an input, and those of all other reductions still attributes. Before and after,
 * both have the same form.
 */
function sums(name: string, title: string, patterns: readonly string[], operator: string): readonly PatternRule[] {
  const lines = (sum: string) => patterns.map((pattern) => pattern.replace('SUM', sum)).join(' or ');
  // Runtimes add in an order of their own, and take the greatest exponent out first.
  const facts = { title, reassociates: true };
  const [plain, between] = ['ReduceSum <noop_with_empty_axes = 0, ...others>', 'ReduceSum <keepdims = k>'];
  return [
    textRule({
      ...facts,
      name,
      opsets: { from: 18 },
      rule: `${lines(plain)} where ${FLOATS} => y = ${operator} <...others> (x, axes...)`,
    }),
    textRule({
      ...facts,
      name: `${name}-before-18`,
      opsets: { from: 13, to: 17 },
      rule: `${lines(between).replaceAll('axes...', 'axes')} where ${FLOATS}, length(values(axes)) > 0
        => y = ${operator} <axes = values(axes), keepdims = k> (x)`,
    }),
  ];
}

export const sumOfSquares = sums(
  'sum-of-squares',
  'Makes one ReduceSumSquare of the sum of squares',
  ['y = SUM (Mul (x, x), axes...)', 'y = SUM (Pow (x, 2.0), axes...)'],
  'ReduceSumSquare',
);

export const sumOfMagnitudes = sums(
  'sum-of-magnitudes',
  'Makes one ReduceL1 of the sum of magnitudes',
  ['y = SUM (Abs (x), axes...)'],
  'ReduceL1',
);

export const logOfSum = sums(
  'log-of-sum-of-exponentials',
  'Makes one ReduceLogSumExp of the logarithm of a sum of exponentials',
  ['y = Log (SUM (Exp (x), axes...))'],
  'ReduceLogSumExp',
);

export const euclideanNorm = textRule({
  name: 'root-of-sum-of-squares',
  title: 'Makes one ReduceL2 of the root of a ReduceSumSquare',
  reassociates: true,
  rule: `y = Sqrt (ReduceSumSquare <noop_with_empty_axes = 0 or 0, ...others> (x, axes...)) where ${FLOATS} => y = ReduceL2 <...others> (x, axes...)`,
});

export const softmax = textRule({
  name: 'softmax-of-exponentials',
  title: 'Makes one Softmax of exponentials over their sum',
  opsets: { from: 13 },
  reassociates: true,
  rule: `
    e = Exp (x)
    s = ReduceSum <keepdims = 1, ...> (e, axes...)
    y = Div (e, s)
    where ${FLOATS}, length(reduced(s)) == 1
    => y = Softmax <axis = reduced(s)[0]> (x)`,
});

/** What is the same for all elements of a row cancels out. */
export const maximumBeforeSoftmax = textRule({
  name: 'maximum-before-softmax',
  title: 'Takes out the difference from the maximum before a Softmax, which sees to that itself',
  opsets: { from: 13 },
  reassociates: true,
  rule: `
    m = ReduceMax <keepdims = 1, ...> (x, axes...)
    y = Softmax | LogSoftmax <axis = a> (Sub (x, m))
    where ${FLOATS}, reduced(m) == [a] or reduced(m) == [a - rank(x)]
    => y = same y <axis = a> (x)`,
});

/** The other way round it is one operator too: only targets that have no ReduceMean want it. It takes nothing empty but batches. */
export const globalAverage = textRule({
  name: 'mean-into-global-pooling',
  title: 'Makes a GlobalAveragePool of ReduceMean over all axes but batch and channels',
  reassociates: true,
  rule: `y = ReduceMean <keepdims = 1, ...> (x, axes...)
    where dtype(x) in [float32, float16], rank(x) >= 3, length(reduced(y)) == rank(x) - 2, reduced(y)[0] == 2 - rank(x),
      least(last(shape(x), rank(x) - 1)) >= 1
    => y = GlobalAveragePool (x)`,
});

export const reductionFusions: readonly PatternRule[] = [
  ...sumOfSquares,
  ...sumOfMagnitudes,
  ...logOfSum,
  euclideanNorm,
  softmax,
  maximumBeforeSoftmax,
];
