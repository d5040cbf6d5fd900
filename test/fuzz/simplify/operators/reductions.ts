/** Operators along axes. */
import { FLOATS, NUMBERS, tensorOf } from '../tensors.ts';
import { type Recipe, signed } from './recipe.ts';

export const REDUCTIONS = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
];

export const reduce: Recipe = async (grow) => {
  const op = grow.chance.pick(REDUCTIONS);
  const x = grow.any(NUMBERS);
  const rank = x.tensor.shape.length;
  const axes = grow.chance.some(x.tensor.shape.map((_, k) => k)).map((axis) => signed(grow, axis, rank));
  const keepdims = grow.chance.pick([0, 1, undefined]);
  const settings = { axes: axes.length > 0 || grow.chance.flip(0.2) ? { values: axes } : undefined };
  return grow.add(op, [x], {
    settings,
    attributes: { keepdims, noop_with_empty_axes: grow.chance.pick([undefined, undefined, 1]) },
  });
};

export const argument: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int32'], 1);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  return grow.add(grow.chance.pick(['ArgMax', 'ArgMin']), [x], {
    attributes: { axis, keepdims: grow.chance.int(0, 1) },
  });
};

export const softmax: Recipe = async (grow) => {
  const x = grow.any(FLOATS, 1);
  const op = grow.chance.pick(['Softmax', 'Softmax', 'LogSoftmax', 'Hardmax']);
  return grow.add(op, [x], {
    attributes: { axis: grow.chance.pick([undefined, grow.chance.int(0, x.tensor.shape.length - 1)]) },
  });
};

export const cumsum: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64', 'int32'], 1);
  const axis = grow.constant(tensorOf('int64', [], [grow.chance.int(0, x.tensor.shape.length - 1)]));
  return grow.add('CumSum', [x, axis], {
    attributes: { exclusive: grow.chance.int(0, 1), reverse: grow.chance.int(0, 1) },
  });
};
