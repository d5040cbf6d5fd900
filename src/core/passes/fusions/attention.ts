/**
 * softmax(scale q kᵀ + mask) v over four axes: batch, heads, sequence, width. The keys come transposed; what stands before
 * them meets a Transpose that the simplifier takes further. Rule: the ONNX operator specification (Attention).
 */
import type { PatternRule } from '../pass.ts';
import { textRule } from '../pattern/text-rule.ts';

/** Fewer heads of keys than of queries would be repeated by Attention, and broadcast by MatMul. */
const CONDITIONS = `dtype(q) in [float32, float16], rank(q) == 4, rank(k) == 4, rank(v) == 4,
    dim(q, 0) == dim(k, 0), dim(k, 0) == dim(v, 0), dim(q, 1) == dim(k, 1), dim(k, 1) == dim(v, 1), axis in [-1, 3]`;
/** onnxruntime adds masks that have the two last axes in full. */
const MASK =
  'dtype(mask) == dtype(q), rank(mask) >= 2, dim(mask, -1) == dim(k, -1), dim(mask, -2) == dim(q, -2), broadcasts(mask, s)';

/** The fuller form first: others leave factors standing. */
const FORMS = [
  {
    name: 'twice-scaled-attention',
    scores: ['MatMul (Mul (q, c), Mul (k, d))'],
    scale: 'value(c) * value(d)',
    where: ', rank(c) <= 4, value(c) > 0, rank(d) <= 4, value(d) > 0',
  },
  {
    name: 'scaled-attention',
    scores: ['Mul (MatMul (q, k), c)', 'MatMul (Mul (q, c), k)', 'MatMul (q, Mul (k, c))'],
    scale: 'value(c)',
    where: ', rank(c) <= 4, value(c) > 0',
  },
  {
    name: 'divided-attention',
    scores: ['Div (MatMul (q, k), c)', 'MatMul (Div (q, c), k)'],
    scale: '1 / value(c)',
    where: ', rank(c) <= 4, value(c) > 0',
  },
  { name: 'attention', scores: ['MatMul (q, k)'], scale: '1.0', where: '' },
];

export const attentionFusions: readonly PatternRule[] = FORMS.flatMap(({ name, scores, scale, where }) =>
  [false, true].map((masked) =>
    textRule({
      name: masked ? `masked-${name}` : name,
      title: `Makes one Attention of MatMul,${name === 'attention' ? '' : ' a factor,'}${masked ? ' a mask,' : ''} Softmax and MatMul`,
      opsets: { from: 23 },
      reassociates: true,
      rule: `${scores
        .map(
          (score) => `
            s = ${score}
            y = MatMul (Softmax <axis = axis> (${masked ? 'Add (s, mask)' : 's'}), v)`,
        )
        .join(' or ')}
        where ${CONDITIONS}${where}${masked ? `, ${MASK}` : ''}
        => t = Transpose <perm = [0, 1, 3, 2]> (k)
           y = Attention <scale = ${scale}> (q, t, v${masked ? ', mask' : ''})`,
    }),
  ),
);
