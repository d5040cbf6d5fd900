/** Operators with constant weights, and what stands before and behind them. */
import { conv, picture, pool } from './operators/pictures.ts';
import { gemm, matmul } from './operators/products.ts';
import type { Recipe } from './operators/recipe.ts';
import { last } from './operators/recipe.ts';
import { filled, tensorOf } from './tensors.ts';

/** Convolution or matrix product, then normalisation, scale and shift. */
export const affine: Recipe = async (grow) => {
  await grow.chance.pick([conv, conv, gemm, matmul])(grow);
  let x = last(grow);
  if (x?.tensor.dtype !== 'float32') return;
  const { shape } = x.tensor;
  const channels = shape[1] ?? 1;
  for (let k = grow.chance.int(1, 3); k > 0 && x; k--) {
    if (grow.chance.flip(0.4) && shape.length >= 2) {
      const vector = (positive: boolean) =>
        grow.constant(
          tensorOf(
            'float32',
            [channels],
            filled(grow.chance, 'float32', [channels])
              .numbers()
              .map((each) => (positive ? Math.abs(each) + 0.5 : each)),
          ),
        );
      x = (await grow.add('BatchNormalization', [x, vector(false), vector(false), vector(false), vector(true)]))?.[0];
    } else {
      const own = grow.chance.pick([
        [],
        [1],
        [channels, ...shape.slice(2).map(() => 1)],
        [1, channels, ...shape.slice(2).map(() => 1)],
        shape.slice(-1),
        shape,
      ]);
      const constant = grow.constant(filled(grow.chance, 'float32', own));
      const op = grow.chance.pick(['Mul', 'Add', 'Add', 'Sub', 'Div']);
      x = (await grow.add(op, grow.chance.flip(0.8) ? [x, constant] : [constant, x]))?.[0];
    }
    // Somebody else may read what a rule would fold away.
    if (x && grow.chance.flip(0.1)) await grow.add('Relu', [x]);
  }
};

export const padded: Recipe = async (grow) => {
  const x = picture(grow);
  const side = () => grow.chance.pick([0, 1, 1, 2]);
  const pads = grow.chance.flip(0.9) ? [0, 0, side(), side(), 0, 0, side(), side()] : [0, 1, 1, 1, 0, 0, 1, 1];
  const mode = grow.chance.pick([undefined, 'constant', 'constant', 'reflect']);
  const value = grow.chance.pick([
    undefined,
    { values: [0], scalar: true, dtype: 'float32' as const },
    { values: [0], scalar: true, dtype: 'float32' as const },
    { values: [1], scalar: true, dtype: 'float32' as const },
  ]);
  await grow.add('Pad', [x], {
    settings: grow.opset < 11 ? { pads: { values: pads }, value } : { pads: { values: pads }, constant_value: value },
    attributes: { mode },
  });
  await grow.chance.pick([conv, conv, pool])(grow);
};

export const productAndSum: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 3);
  const n = grow.chance.int(1, 4);
  const [product] =
    (await grow.add('MatMul', [x, grow.constant(filled(grow.chance, 'float32', [x.tensor.shape.at(-1) ?? 1, n]))])) ??
    [];
  const bias = grow.chance.pick([[n], [1, n], [], [1], [x.tensor.shape.at(-2) ?? 1, n], [1, 1, n]]);
  if (product)
    await grow.add(
      'Add',
      grow.chance.flip()
        ? [product, grow.constant(filled(grow.chance, 'float32', bias))]
        : [grow.constant(filled(grow.chance, 'float32', bias)), product],
    );
};

export const twoConvolutions: Recipe = async (grow) => {
  await conv(grow);
  const x = last(grow);
  if (x?.tensor.shape.length !== 4) return;
  const channels = x.tensor.shape[1] ?? 1;
  const out = grow.chance.int(1, 3);
  const bias = grow.chance.flip() ? grow.constant(filled(grow.chance, 'float32', [out])) : undefined;
  await grow.add('Conv', [x, grow.constant(filled(grow.chance, 'float32', [out, channels, 1, 1])), bias]);
};
