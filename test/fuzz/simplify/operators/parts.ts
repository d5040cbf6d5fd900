/** Operators that take values apart, pick of them, and put them together. */
import { elementCount } from '../../../../src/core/ir/shape.ts';
import type { Tensor } from '../../../../src/core/ir/tensor.ts';
import { ANY, FLOATS, filled, NUMBERS, randomShape, tensorOf } from '../tensors.ts';
import { type Recipe, signed } from './recipe.ts';

export const slice: Recipe = async (grow) => {
  const x = grow.any(ANY, 1);
  const { shape } = x.tensor;
  const axes = grow.chance.shuffled(shape.map((_, k) => k)).slice(0, grow.chance.int(1, shape.length));
  const whole = grow.chance.flip(0.2);
  const bound = (axis: number) => grow.chance.pick([grow.chance.int(0, shape[axis] ?? 0), 0, -1, 1, 2 ** 31]);
  const starts = axes.map((axis) => (whole ? 0 : bound(axis)));
  const ends = axes.map((axis) => (whole ? 2 ** 40 : bound(axis)));
  const steps =
    grow.opset >= 10 && grow.chance.flip(0.4)
      ? axes.map(() => (whole ? 1 : grow.chance.pick([1, 1, 2, -1])))
      : undefined;
  const setting = (values: readonly number[]) => ({ values });
  return grow.add('Slice', [x], {
    settings: { starts: setting(starts), ends: setting(ends), axes: setting(axes), steps: steps && setting(steps) },
  });
};

export const pad: Recipe = async (grow) => {
  const x = grow.any(grow.opset < 11 ? FLOATS : NUMBERS, 1, 4);
  const rank = x.tensor.shape.length;
  const none = grow.chance.flip(0.2);
  const pads = Array.from({ length: 2 * rank }, () => (none ? 0 : grow.chance.pick([0, 0, 0, 1, 2, -1])));
  const mode = grow.chance.pick(['constant', 'constant', undefined, 'reflect', 'edge']);
  const value = { values: [grow.chance.pick([0, 0, 1])], scalar: true, dtype: x.tensor.dtype };
  const settings =
    grow.opset < 11
      ? { pads: { values: pads }, value }
      : { pads: { values: pads }, constant_value: grow.chance.flip(0.7) ? value : undefined };
  return grow.add('Pad', [x], { settings, attributes: { mode } });
};

export const concat: Recipe = async (grow) => {
  const x = grow.any(ANY, 1);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const others = Array.from({ length: grow.chance.int(0, 2) }, () => {
    const fits = ({ dtype, shape }: Tensor) =>
      dtype === x.tensor.dtype &&
      shape.length === x.tensor.shape.length &&
      shape.every((size, k) => k === axis || size === x.tensor.shape[k]);
    return grow.chance.flip(0.3)
      ? grow.constant(filled(grow.chance, x.tensor.dtype, x.tensor.shape.with(axis, grow.chance.int(0, 2))))
      : grow.find(fits);
  });
  return grow.add('Concat', [x, ...others.filter((each) => each !== undefined)], {
    attributes: { axis: signed(grow, axis, x.tensor.shape.length) },
  });
};

export const split: Recipe = async (grow) => {
  const x = grow.any(ANY, 1);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const size = x.tensor.shape[axis] ?? 0;
  if (size === 0) return undefined;
  const parts = [grow.chance.int(0, size)];
  while (parts.reduce((sum, each) => sum + each, 0) < size)
    parts.push(grow.chance.int(0, size - parts.reduce((sum, each) => sum + each, 0)));
  return grow.add('Split', [x], {
    settings: { split: { values: parts } },
    attributes: { axis },
    outputs: parts.length,
  });
};

export const gather: Recipe = async (grow) => {
  const x = grow.any(ANY, 1);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const size = x.tensor.shape[axis] ?? 0;
  if (size === 0) return undefined;
  const shape = randomShape(grow.chance, grow.chance.int(0, 2));
  const low = grow.opset >= 11 ? -size : 0;
  const consecutive = shape.length === 1 && grow.chance.flip();
  const values = Array.from({ length: elementCount(shape) }, (_, k) =>
    consecutive ? k % size : grow.chance.int(low, size - 1),
  );
  return grow.add(
    'Gather',
    [x, grow.constant(tensorOf(grow.chance.pick(['int64', 'int64', 'int32']), shape, values))],
    { attributes: { axis } },
  );
};

export const gatherElements: Recipe = async (grow) => {
  const x = grow.any(ANY, 1, 3);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const size = x.tensor.shape[axis] ?? 0;
  if (size === 0) return undefined;
  const shape = x.tensor.shape.with(axis, grow.chance.int(1, 4));
  const values = Array.from({ length: elementCount(shape) }, () => grow.chance.int(-size, size - 1));
  return grow.add('GatherElements', [x, grow.constant(tensorOf('int64', shape, values))], { attributes: { axis } });
};

export const scatter: Recipe = async (grow) => {
  const x = grow.any(NUMBERS, 1, 3);
  const size = x.tensor.shape[0] ?? 0;
  if (size === 0) return undefined;
  const at = tensorOf('int64', [1, 1], [grow.chance.int(0, size - 1)]);
  return grow.add('ScatterND', [
    x,
    grow.constant(at),
    grow.constant(filled(grow.chance, x.tensor.dtype, [1, ...x.tensor.shape.slice(1)])),
  ]);
};

export const topk: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64'], 1);
  // onnxruntime divides by the number of elements: the process dies.
  if (x.tensor.count === 0) return undefined;
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const k = grow.chance.int(1, Math.max(1, x.tensor.shape[axis] ?? 1));
  const settings = grow.opset >= 10 ? { K: { values: [k] } } : { k: { values: [k], scalar: true } };
  return grow.add('TopK', [x], { settings, attributes: { axis }, outputs: 2 });
};

export const compress: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64'], 1);
  return grow.add('Compress', [x, grow.constant(filled(grow.chance, 'bool', [x.tensor.shape[0] ?? 0]))], {
    attributes: { axis: 0 },
  });
};
