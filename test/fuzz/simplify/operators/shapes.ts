/** Operators that change shapes, read them, or make values of them. */
import { elementCount } from '../../../../src/core/ir/shape.ts';
import type { Tensor } from '../../../../src/core/ir/tensor.ts';
import type { Grow } from '../grow.ts';
import { ANY, filled, NUMBERS, randomShape, tensorOf } from '../tensors.ts';
import { type Recipe, signed } from './recipe.ts';

export const transpose: Recipe = async (grow) => {
  const x = grow.any(ANY, 1);
  const perm = grow.chance.shuffled(x.tensor.shape.map((_, k) => k));
  return grow.add('Transpose', [x], { attributes: { perm: grow.chance.flip(0.9) ? perm : undefined } });
};

/** Sizes whose product is as given. */
export function factors(grow: Grow, count: number, most = 5): number[] {
  const sizes: number[] = [];
  let rest = count;
  while (rest > 1 && sizes.length < most - 1) {
    const divisors = Array.from({ length: rest }, (_, k) => k + 1).filter((size) => rest % size === 0);
    const size = grow.chance.pick(divisors);
    sizes.push(size);
    rest /= size;
  }
  return grow.chance.shuffled([...sizes, rest]);
}

export const reshape: Recipe = async (grow) => {
  const x = grow.any(ANY);
  const { shape } = x.tensor;
  const count = elementCount(shape);
  let target = count === 0 ? grow.chance.shuffled(shape) : grow.chance.flip(0.25) ? [...shape] : factors(grow, count);
  if (grow.chance.flip(0.4) && count > 0 && target.length > 0)
    target = target.with(grow.chance.int(0, target.length - 1), -1);
  target = target.map((size, k) => (size === shape[k] && size !== 0 && grow.chance.flip(0.3) ? 0 : size));
  const attributes = { allowzero: count === 0 ? 1 : undefined };
  return grow.add('Reshape', [x], { settings: { shape: { values: target } }, attributes });
};

export const flatten: Recipe = async (grow) => {
  const x = grow.any(ANY);
  return grow.add('Flatten', [x], { attributes: { axis: grow.chance.int(0, x.tensor.shape.length) } });
};

export const squeeze: Recipe = async (grow) => {
  const x = grow.find(({ shape }) => shape.includes(1)) ?? grow.source(filled(grow.chance, 'float32', [1, 3, 1, 2]));
  const axes = x.tensor.shape.flatMap((size, k) =>
    size === 1 && grow.chance.flip(0.7) ? [signed(grow, k, x.tensor.shape.length)] : [],
  );
  return grow.add('Squeeze', [x], { settings: { axes: axes.length > 0 ? { values: axes } : undefined } });
};

export const unsqueeze: Recipe = async (grow) => {
  const x = grow.any(ANY, 0, 3);
  const rank = x.tensor.shape.length + grow.chance.int(1, 2);
  const all = Array.from({ length: rank }, (_, k) => k);
  const axes = grow.chance.shuffled(all).slice(0, rank - x.tensor.shape.length);
  const given = grow.chance.flip() ? axes.sort((a, b) => a - b) : axes;
  return grow.add('Unsqueeze', [x], { settings: { axes: { values: given.map((axis) => signed(grow, axis, rank)) } } });
};

export const expand: Recipe = async (grow) => {
  const x = grow.any(ANY);
  const shape = x.tensor.shape.map((size) =>
    size === 1 && grow.chance.flip(0.5) ? grow.chance.int(1, 4) : grow.chance.flip(0.2) ? 1 : size,
  );
  const more = grow.chance.flip(0.3) ? randomShape(grow.chance, 1) : [];
  return grow.add('Expand', [x], { settings: { shape: { values: [...more, ...shape] } } });
};

export const tile: Recipe = async (grow) => {
  const x = grow.any(NUMBERS, 1, 4);
  return grow.add('Tile', [x], {
    settings: { repeats: { values: x.tensor.shape.map(() => grow.chance.pick([1, 1, 1, 2, 3])) } },
  });
};

export const sizes: Recipe = async (grow) => {
  const x = grow.any(ANY);
  const rank = x.tensor.shape.length;
  const part = grow.opset >= 15 && grow.chance.flip(0.3);
  return grow.add(grow.chance.pick(['Shape', 'Shape', 'Size']), [x], {
    attributes: part ? { start: grow.chance.int(-rank, rank), end: grow.chance.int(-rank, rank) } : {},
  });
};

export const constantOfShape: Recipe = async (grow) => {
  const sizes = randomShape(grow.chance, grow.chance.int(0, 3));
  const fits = ({ dtype, shape: own, count }: Tensor) => dtype === 'int64' && own.length === 1 && count <= 4;
  const known = grow.chance.flip(0.4) ? grow.find(fits) : undefined;
  return grow.add('ConstantOfShape', [known ?? grow.constant(tensorOf('int64', [sizes.length], sizes))]);
};

export const range: Recipe = async (grow) => {
  const dtype = grow.chance.pick(['int64', 'int64', 'int32', 'float32'] as const);
  const scalars = [grow.chance.int(-2, 2), grow.chance.int(0, 6), grow.chance.pick([1, 1, 2])].map((value) =>
    grow.constant(tensorOf(dtype, [], [value])),
  );
  return grow.add('Range', scalars);
};

export const trilu: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64', 'bool'], 2);
  return grow.add('Trilu', [x], {
    settings: { k: grow.chance.flip() ? { values: [grow.chance.int(-3, 3)], scalar: true } : undefined },
    attributes: { upper: grow.chance.int(0, 1) },
  });
};

export const nonZero: Recipe = async (grow) =>
  grow.add('NonZero', [grow.any(['float32', 'int64', 'bool', 'int32'], 1)]);

export const oneHot: Recipe = async (grow) => {
  const x = grow.any(['int64'], 0, 2);
  return grow.add('OneHot', [
    x,
    grow.constant(tensorOf('int64', [], [4])),
    grow.constant(tensorOf('float32', [2], [0, 1])),
  ]);
};
