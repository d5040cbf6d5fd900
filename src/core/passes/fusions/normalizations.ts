/**
 * Normalisations that exporters spell out as means, differences and roots. Scale and shift join one after the other, so each
 * form of the middle is written once. Rules: the ONNX operator specification, where LayerNormalization and the others are
 * functions of these very operators.
 */
import { Tensor } from '../../ir/tensor.ts';
import type { PatternRule } from '../pass.ts';
import type { Match } from '../pattern/match.ts';
import type { Made } from '../pattern/replace.ts';
import { textRule } from '../pattern/text-rule.ts';
import { reducedAxes } from '../simplify/forms.ts';

/** The operators compute in single precision, whatever doubles would give. */
const FLOATS = 'dtype(x) in [float32, float16, bfloat16]';
/** The last axes, one or more. */
const LAST = 'reduced(v)[0] == -length(reduced(v))';

/** x over the root of e, in the forms in which it is written. */
function overRoot(x: string, e: string): readonly string[] {
  return [
    `Div (${x}, Sqrt (${e}))`,
    `Mul (${x}, Reciprocal (Sqrt (${e})))`,
    `Mul (${x}, Div (1.0, Sqrt (${e})))`,
    `Mul (${x}, Pow (${e}, -0.5))`,
    `Div (${x}, Pow (${e}, 0.5))`,
  ];
}

function squares(x: string): readonly string[] {
  return [`Pow (${x}, 2.0)`, `Mul (${x}, ${x})`];
}

/** A scale of ones for the axes over which `v` is a mean, or why there can be none. */
function ones({ value, maker }: Match): Made | string {
  const [x, mean] = [value('x'), maker('v')];
  const axes = mean && reducedAxes(mean);
  if (!x?.shape || !x.dtype || !axes) return 'the axes that are normalised are not known';
  const sizes = axes.map((axis) => x.shape?.[axis]);
  if (!sizes.every((size) => typeof size === 'number')) return 'a size of an axis that is normalised is not known';
  const count = sizes.reduce((product, size) => product * size, 1);
  return { one: Tensor.of(x.dtype, sizes, new Array<number>(count).fill(1)) };
}

export const layerNormalization = textRule({
  name: 'layer-normalization',
  title: 'Makes one LayerNormalization of mean, difference, variance, root and quotient over the last axes',
  opsets: { from: 17 },
  reassociates: true,
  rule: `${squares('d')
    .flatMap((square) =>
      overRoot('d', 'Add (v, e)').map(
        (result) => `
          m = ReduceMean <keepdims = 1, ...> (x, axes...)
          d = Sub (x, m)
          v = ReduceMean <keepdims = 1, ...> (${square}, others...)
          y = ${result}`,
      ),
    )
    .join(' or ')}
    where ${FLOATS}, reduced(m) == reduced(v), ${LAST}, value(e) >= 0, rank(e) <= rank(x)
    => y = LayerNormalization <axis = reduced(v)[0], epsilon = value(e)> (x, one)`,
  make: { names: ['one'], from: ones },
});

/** x r + (b - m r) with r = w / sqrt(v + e): a batch normalisation of each row. */
export const layerNormalizationOfRows = textRule({
  name: 'layer-normalization-of-rows',
  title: 'Makes one LayerNormalization of x * r + (shift - mean * r), as TensorFlow writes it',
  opsets: { from: 17 },
  reassociates: true,
  rule: `${squares('d')
    .flatMap((square) =>
      ['Mul (Reciprocal (Sqrt (Add (v, e))), w)', 'Div (w, Sqrt (Add (v, e)))', 'Mul (Pow (Add (v, e), -0.5), w)'].map(
        (factor) => `
          m = ReduceMean <keepdims = 1, ...> (x, axes...)
          d = Sub (x, m)
          v = ReduceMean <keepdims = 1, ...> (${square}, others...)
          r = ${factor}
          y = Add (Mul (x, r), Sub (b, Mul (m, r)))`,
      ),
    )
    .join(' or ')}
    where ${FLOATS}, reduced(m) == reduced(v), ${LAST}, value(e) >= 0, rank(e) <= rank(x),
      shape(w) == last(shape(x), length(reduced(v))), shape(b) == shape(w)
    => y = LayerNormalization <axis = reduced(v)[0], epsilon = value(e)> (x, w, b)`,
});

export const rmsNormalization = textRule({
  name: 'rms-normalization',
  title: 'Makes one RMSNormalization of x over the root of the mean of its squares over the last axes',
  opsets: { from: 23 },
  reassociates: true,
  rule: `${squares('x')
    .flatMap((square) =>
      overRoot('x', 'Add (v, e)').map(
        (result) => `
          v = ReduceMean <keepdims = 1, ...> (${square}, axes...)
          y = ${result}`,
      ),
    )
    .join(' or ')}
    where ${FLOATS}, ${LAST}, value(e) >= 0, rank(e) <= rank(x)
    => y = RMSNormalization <axis = reduced(v)[0], epsilon = value(e)> (x, one)`,
  make: { names: ['one'], from: ones },
});

export const scaleIntoNormalization = textRule({
  name: 'scale-into-normalization',
  title: 'Takes a factor into the scale of the LayerNormalization or RMSNormalization before it',
  opsets: { from: 17 },
  reassociates: true,
  rule: `
    t = LayerNormalization | RMSNormalization <...others> (x, s)
    y = Mul (t, w)
    where constant(s), constant(w), shape(s) == shape(w)
    => const scale = Mul (s, w)
       y = same t <...others> (x, scale)`,
});

export const shiftIntoNormalization = textRule({
  name: 'shift-into-normalization',
  title: 'Takes a sum into the LayerNormalization before it, where that adds nothing yet',
  opsets: { from: 17 },
  reassociates: true,
  rule: `
    t = LayerNormalization <...others> (x, s)
    y = Add (t, b)
    where shape(s) == shape(b)
    => y = LayerNormalization <...others> (x, s, b)`,
});

/** The groups become channels for InstanceNormalization, which must not scale them one by one. */
export const groupNormalization = textRule({
  name: 'group-normalization',
  title:
    'Makes one GroupNormalization of InstanceNormalization between two Reshapes, and of the scale and shift behind',
  opsets: { from: 21 },
  reassociates: true,
  rule: `
    t = Reshape <...> (x, groups)
    n = InstanceNormalization <epsilon = e> (t, one, zero)
    r = Reshape <...> (n, back)
    y = Add (Mul (r, w), b)
    where rank(t) == 3, dim(t, 0) == dim(x, 0), dim(x, 1) % dim(t, 1) == 0, shape(r) == shape(x), rank(x) >= 3,
      least(values(one)) == 1, greatest(values(one)) == 1, least(values(zero)) == 0, greatest(values(zero)) == 0,
      constant(w), elements(w) == dim(x, 1), rank(w) >= rank(x) - 1, dim(w, 1 - rank(x)) == dim(x, 1), rank(w) <= rank(x),
      constant(b), elements(b) == dim(x, 1), rank(b) >= rank(x) - 1, dim(b, 1 - rank(x)) == dim(x, 1), rank(b) <= rank(x)
    => const scale = Reshape (w, [-1])
       const shift = Reshape (b, [-1])
       y = GroupNormalization <num_groups = dim(t, 1), epsilon = e> (x, scale, shift)`,
});

/**
 * Where the norm is 0 the quotient is not defined; LpNormalization gives 0 there. Exporters of frameworks bound the norm by a
 * small number, which LpNormalization has not: those stay as they are.
 */
export const lpNormalizations: readonly PatternRule[] = [1, 2].map((p) =>
  textRule({
    name: `l${p}-normalization`,
    title: `Makes one LpNormalization of x over its L${p} norm along one axis`,
    reassociates: true,
    rule: `${['n', 'Expand (n, sizes)']
      .map((norm) => `n = ReduceL${p} <keepdims = 1, ...> (x, axes...) y = Div (x, ${norm})`)
      .join(' or ')}
      where dtype(x) in [float32, float64, float16], length(reduced(n)) == 1
      => y = LpNormalization <axis = reduced(n)[0], p = ${p}> (x)`,
  }),
);

export const normalizationFusions: readonly PatternRule[] = [
  layerNormalization,
  layerNormalizationOfRows,
  rmsNormalization,
  scaleIntoNormalization,
  shiftIntoNormalization,
  groupNormalization,
];
