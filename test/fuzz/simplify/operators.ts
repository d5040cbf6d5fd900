/** Single operators with valid inputs and attributes: the table of ONNX's operators says which types and forms an opset has. */
import { allowedTypes, formalAt, operatorSchema } from '../../../src/core/dialects/onnx/operators.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../../src/core/ir/dtype.ts';
import { elementCount } from '../../../src/core/ir/shape.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { isRunnable, type Runnable } from '../../../src/core/runtime/array-types.ts';
import type { AttributeGiven, Grow } from './grow.ts';
import type { Known } from './program.ts';
import { ANY, FLOATS, filled, NUMBERS, randomDtype, randomShape, tensorOf } from './tensors.ts';

export type Recipe = (grow: Grow) => Promise<unknown>;

const UNARY = [
  'Abs',
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'BitwiseNot',
  'Ceil',
  'Celu',
  'Cos',
  'Cosh',
  'Elu',
  'Erf',
  'Exp',
  'Floor',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
  'Identity',
  'IsInf',
  'IsNaN',
  'LeakyRelu',
  'Log',
  'Mish',
  'Neg',
  'Not',
  'Reciprocal',
  'Relu',
  'Round',
  'Selu',
  'Shrink',
  'Sigmoid',
  'Sign',
  'Sin',
  'Sinh',
  'Softplus',
  'Softsign',
  'Sqrt',
  'Tan',
  'Tanh',
  'ThresholdedRelu',
];
const BINARY = [
  'Add',
  'Add',
  'Add',
  'And',
  'BitwiseAnd',
  'BitwiseOr',
  'BitwiseXor',
  'Div',
  'Div',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Mod',
  'Mul',
  'Mul',
  'Mul',
  'Or',
  'PRelu',
  'Pow',
  'Sub',
  'Sub',
  'Xor',
];
const VARIADIC = ['Max', 'Mean', 'Min', 'Sum'];
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

/** The types that an operator's first input takes at an opset, of those that can be run. */
function typesOf(grow: Grow, op: string): readonly DataType[] {
  const schema = operatorSchema('', op, grow.opset);
  const formal = schema && formalAt(schema.inputs, 0);
  const allowed = schema && formal ? allowedTypes(schema, formal) : [];
  return allowed.filter(isRunnable);
}

/** A number now and then for each float attribute, near its default. */
function someAttributes(grow: Grow, op: string): Record<string, AttributeGiven> {
  const found: Record<string, AttributeGiven> = {};
  for (const [name, facts] of operatorSchema('', op, grow.opset)?.attributes ?? []) {
    if (facts.type === 'float' && typeof facts.default === 'number' && grow.chance.flip(0.4))
      found[name] = { float: Math.round((facts.default + grow.chance.number() - 0.5) * 64) / 64 };
  }
  return found;
}

const unary: Recipe = async (grow) => {
  const op = grow.chance.pick(UNARY.filter((name) => grow.has(name)));
  return grow.add(op, [grow.any(typesOf(grow, op))], { attributes: someAttributes(grow, op) });
};

const binary: Recipe = async (grow) => {
  const op = grow.chance.pick(BINARY.filter((name) => grow.has(name)));
  const a = grow.any(typesOf(grow, op));
  const b = besides(grow, a);
  const pair = grow.chance.flip(0.8) || op === 'PRelu' ? [a, b] : [b, a];
  const fmod = op === 'Mod' && isFloat(a.tensor.dtype) ? 1 : undefined;
  return grow.add(op, pair, { attributes: { fmod } });
};

const variadic: Recipe = async (grow) => {
  const op = grow.chance.pick(VARIADIC);
  const first = grow.any(typesOf(grow, op));
  const others = Array.from({ length: grow.chance.int(0, 2) }, () => besides(grow, first));
  return grow.add(op, [first, ...others]);
};

/** Another value that broadcasts with one: at hand, itself, or a constant. */
export function besides(grow: Grow, { name, tensor }: Known): Known {
  const fits = (other: Tensor) => other.dtype === tensor.dtype && broadcasts(other.shape, tensor.shape);
  const found = grow.chance.flip(0.5) ? grow.find(fits) : undefined;
  return found ?? grow.partner({ name, tensor });
}

function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  for (let k = 1; k <= Math.min(a.length, b.length); k++) {
    const [x, y] = [a.at(-k), b.at(-k)];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

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

const flatten: Recipe = async (grow) => {
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

/** The same axis, now and then counted from the end. */
export function signed(grow: Grow, axis: number, rank: number): number {
  return grow.opset >= 11 && grow.chance.flip(0.3) ? axis - rank : axis;
}

const expand: Recipe = async (grow) => {
  const x = grow.any(ANY);
  const shape = x.tensor.shape.map((size) =>
    size === 1 && grow.chance.flip(0.5) ? grow.chance.int(1, 4) : grow.chance.flip(0.2) ? 1 : size,
  );
  const more = grow.chance.flip(0.3) ? randomShape(grow.chance, 1) : [];
  return grow.add('Expand', [x], { settings: { shape: { values: [...more, ...shape] } } });
};

const tile: Recipe = async (grow) => {
  const x = grow.any(NUMBERS, 1, 4);
  return grow.add('Tile', [x], {
    settings: { repeats: { values: x.tensor.shape.map(() => grow.chance.pick([1, 1, 1, 2, 3])) } },
  });
};

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

const pad: Recipe = async (grow) => {
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

const gatherElements: Recipe = async (grow) => {
  const x = grow.any(ANY, 1, 3);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const size = x.tensor.shape[axis] ?? 0;
  if (size === 0) return undefined;
  const shape = x.tensor.shape.with(axis, grow.chance.int(1, 4));
  const values = Array.from({ length: elementCount(shape) }, () => grow.chance.int(-size, size - 1));
  return grow.add('GatherElements', [x, grow.constant(tensorOf('int64', shape, values))], { attributes: { axis } });
};

const scatter: Recipe = async (grow) => {
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

const argument: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int32'], 1);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  return grow.add(grow.chance.pick(['ArgMax', 'ArgMin']), [x], {
    attributes: { axis, keepdims: grow.chance.int(0, 1) },
  });
};

const softmax: Recipe = async (grow) => {
  const x = grow.any(FLOATS, 1);
  const op = grow.chance.pick(['Softmax', 'Softmax', 'LogSoftmax', 'Hardmax']);
  return grow.add(op, [x], {
    attributes: { axis: grow.chance.pick([undefined, grow.chance.int(0, x.tensor.shape.length - 1)]) },
  });
};

const cumsum: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64', 'int32'], 1);
  const axis = grow.constant(tensorOf('int64', [], [grow.chance.int(0, x.tensor.shape.length - 1)]));
  return grow.add('CumSum', [x, axis], {
    attributes: { exclusive: grow.chance.int(0, 1), reverse: grow.chance.int(0, 1) },
  });
};

const topk: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64'], 1);
  // onnxruntime divides by the number of elements: the process dies.
  if (x.tensor.count === 0) return undefined;
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  const k = grow.chance.int(1, Math.max(1, x.tensor.shape[axis] ?? 1));
  const settings = grow.opset >= 10 ? { K: { values: [k] } } : { k: { values: [k], scalar: true } };
  return grow.add('TopK', [x], { settings, attributes: { axis }, outputs: 2 });
};

const where: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64', 'uint8', 'int32']);
  const fits = ({ dtype, shape }: Tensor) => dtype === 'bool' && broadcasts(shape, x.tensor.shape);
  const condition = (grow.chance.flip(0.7) ? grow.find(fits) : undefined) ?? grow.constant(constantBool(grow, x));
  return grow.add('Where', grow.chance.flip() ? [condition, x, besides(grow, x)] : [condition, besides(grow, x), x]);
};

function constantBool(grow: Grow, { tensor }: Known): Tensor {
  const shape = grow.chance.pick([[], tensor.shape, tensor.shape.slice(-1)]);
  if (grow.chance.flip(0.5)) return filled(grow.chance, 'bool', shape);
  return Tensor.of('bool', shape, Array<number>(elementCount(shape)).fill(grow.chance.int(0, 1)));
}

/** The numbers of TensorProto.DataType. */
export const CODES: Readonly<Record<Runnable, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

export const cast: Recipe = async (grow) => {
  const x = grow.any(ANY);
  const to = grow.chance.flip(0.2) ? (x.tensor.dtype as Runnable) : (randomDtype(grow.chance) as Runnable);
  // What a number is that the type does not hold is nowhere said.
  if (isFloat(x.tensor.dtype) && !isFloat(to) && !holds(to, x.tensor)) return undefined;
  return grow.add('Cast', [x], { attributes: { to: CODES[to] } });
};

function holds(dtype: DataType, tensor: Tensor): boolean {
  if (dtype === 'bool') return true;
  const { bits, kind } = DATA_TYPES[dtype];
  const least = kind === 'uint' ? 0 : -(2 ** (bits - 1));
  return tensor.numbers().every((value) => value >= least && value < least + 2 ** bits);
}

export const clip: Recipe = async (grow) => {
  const dtypes = grow.opset < 12 ? (['float32'] as const) : (['float32', 'int64', 'int32', 'float64'] as const);
  const x = grow.any(dtypes);
  const [low, high] = [grow.chance.pick([0, 0, -1, -100]), grow.chance.pick([1, 6, 6, 100])];
  const bound = (value: number) =>
    grow.chance.flip(0.8) ? { values: [value], scalar: true, dtype: x.tensor.dtype } : undefined;
  return grow.add('Clip', [x], { settings: { min: bound(low), max: bound(high) } });
};

const dropout: Recipe = async (grow) => {
  const x = grow.any(FLOATS);
  const ratio = grow.chance.flip(0.5) ? { values: [0.25], scalar: true, dtype: 'float32' as const } : undefined;
  return grow.add('Dropout', [x], { settings: { ratio }, outputs: grow.chance.pick([1, 1, 2]) });
};

const shape: Recipe = async (grow) => {
  const x = grow.any(ANY);
  const rank = x.tensor.shape.length;
  const part = grow.opset >= 15 && grow.chance.flip(0.3);
  return grow.add(grow.chance.pick(['Shape', 'Shape', 'Size']), [x], {
    attributes: part ? { start: grow.chance.int(-rank, rank), end: grow.chance.int(-rank, rank) } : {},
  });
};

const constantOfShape: Recipe = async (grow) => {
  const sizes = randomShape(grow.chance, grow.chance.int(0, 3));
  const fits = ({ dtype, shape: own, count }: Tensor) => dtype === 'int64' && own.length === 1 && count <= 4;
  const known = grow.chance.flip(0.4) ? grow.find(fits) : undefined;
  return grow.add('ConstantOfShape', [known ?? grow.constant(tensorOf('int64', [sizes.length], sizes))]);
};

const range: Recipe = async (grow) => {
  const dtype = grow.chance.pick(['int64', 'int64', 'int32', 'float32'] as const);
  const scalars = [grow.chance.int(-2, 2), grow.chance.int(0, 6), grow.chance.pick([1, 1, 2])].map((value) =>
    grow.constant(tensorOf(dtype, [], [value])),
  );
  return grow.add('Range', scalars);
};

const trilu: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64', 'bool'], 2);
  return grow.add('Trilu', [x], {
    settings: { k: grow.chance.flip() ? { values: [grow.chance.int(-3, 3)], scalar: true } : undefined },
    attributes: { upper: grow.chance.int(0, 1) },
  });
};

const nonZero: Recipe = async (grow) => grow.add('NonZero', [grow.any(['float32', 'int64', 'bool', 'int32'], 1)]);

const oneHot: Recipe = async (grow) => {
  const x = grow.any(['int64'], 0, 2);
  return grow.add('OneHot', [
    x,
    grow.constant(tensorOf('int64', [], [4])),
    grow.constant(tensorOf('float32', [2], [0, 1])),
  ]);
};

export const matmul: Recipe = async (grow) => {
  const x = grow.any(['float32', 'float32', 'float64'], 1, 4);
  const k = x.tensor.shape.at(-1) ?? 1;
  const fits = ({ dtype, shape: other }: Tensor) =>
    dtype === x.tensor.dtype &&
    other.length >= 2 &&
    other.at(-2) === k &&
    (other.length === 2 || x.tensor.shape.length === 2);
  const other =
    (grow.chance.flip(0.4) ? grow.find(fits) : undefined) ??
    grow.constant(filled(grow.chance, x.tensor.dtype, [k, grow.chance.int(1, 5)]));
  return grow.add('MatMul', [x, other]);
};

export const gemm: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 2);
  const transA = grow.chance.flip(0.2) ? 1 : 0;
  const k = x.tensor.shape[transA ? 0 : 1] ?? 1;
  const m = x.tensor.shape[transA ? 1 : 0] ?? 1;
  const n = grow.chance.int(1, 5);
  const transB = grow.chance.int(0, 1);
  const b = grow.constant(filled(grow.chance, 'float32', transB ? [n, k] : [k, n]));
  const c =
    grow.chance.flip(0.7) || grow.opset < 11
      ? grow.constant(filled(grow.chance, 'float32', grow.chance.pick([[n], [1, n], [m, n], [1], []])))
      : undefined;
  const scale = () => grow.chance.pick([undefined, undefined, { float: 0.5 }, { float: 0 }]);
  return grow.add('Gemm', [x, b, c], { attributes: { transA, transB, alpha: scale(), beta: scale() } });
};

const einsum: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 2);
  const other = grow.constant(filled(grow.chance, 'float32', [x.tensor.shape[1] ?? 1, 3]));
  return grow.add('Einsum', [x, other], {
    attributes: { equation: grow.chance.pick(['ij,jk->ik', 'ij,jk->ki', 'ij,jk']) },
  });
};

/** A picture: a batch of channels of rows of columns. */
export function picture(grow: Grow): Known {
  const found = grow.find(
    ({ dtype, shape: own }) => dtype === 'float32' && own.length === 4 && own.every((size) => size > 0),
  );
  if (found && grow.chance.flip(0.8)) return found;
  return grow.source(
    filled(grow.chance, 'float32', [
      grow.chance.int(1, 2),
      grow.chance.pick([1, 2, 4]),
      grow.chance.int(3, 7),
      grow.chance.int(3, 7),
    ]),
  );
}

export const conv: Recipe = async (grow) => {
  const x = picture(grow);
  const channels = x.tensor.shape[1] ?? 1;
  const group = grow.chance.flip(0.3) ? channels : 1;
  const out = group * grow.chance.int(1, 3);
  const kernel = [grow.chance.pick([1, 1, 2, 3]), grow.chance.pick([1, 1, 2, 3])];
  const w = grow.constant(filled(grow.chance, 'float32', [out, channels / group, ...kernel]));
  const bias = grow.chance.flip() ? grow.constant(filled(grow.chance, 'float32', [out])) : undefined;
  return grow.add('Conv', [x, w, bias], { attributes: { group, ...window(grow, kernel) } });
};

const convTranspose: Recipe = async (grow) => {
  const x = picture(grow);
  const channels = x.tensor.shape[1] ?? 1;
  const group = grow.chance.flip(0.3) ? channels : 1;
  const per = grow.chance.int(1, 2);
  const w = grow.constant(filled(grow.chance, 'float32', [channels, per, 2, 2]));
  const bias = grow.chance.flip() ? grow.constant(filled(grow.chance, 'float32', [per * group])) : undefined;
  return grow.add('ConvTranspose', [x, w, bias], {
    attributes: {
      group,
      strides: grow.chance.pick([undefined, [2, 2]]),
      pads: grow.chance.pick([undefined, [0, 1, 1, 0]]),
    },
  });
};

function window(grow: Grow, kernel: readonly number[]): Record<string, AttributeGiven | undefined> {
  const auto = grow.chance.flip(0.15);
  return {
    kernel_shape: grow.chance.flip(0.8) ? kernel : undefined,
    strides: grow.chance.pick([undefined, undefined, [1, 1], [2, 2], [1, 2]]),
    pads: auto ? undefined : grow.chance.pick([undefined, [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]]),
    auto_pad: auto ? grow.chance.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) : undefined,
  };
}

export const pool: Recipe = async (grow) => {
  const op = grow.chance.pick(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool']);
  const x = picture(grow);
  if (op.startsWith('Global')) return grow.add(op, [x]);
  const kernel = [grow.chance.int(1, 3), grow.chance.int(1, 3)];
  const ceil_mode = grow.opset >= 10 ? grow.chance.pick([undefined, 1]) : undefined;
  return grow.add(op, [x], {
    attributes: {
      ...window(grow, kernel),
      kernel_shape: kernel,
      ceil_mode,
      count_include_pad: grow.chance.pick([undefined, 1]),
    },
  });
};

export const batchNorm: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 4);
  const channels = x.tensor.shape[1] ?? 1;
  const vector = (positive = false) => {
    const made = filled(grow.chance, 'float32', [channels]);
    return grow.constant(
      positive
        ? tensorOf(
            'float32',
            [channels],
            made.numbers().map((each) => Math.abs(each) + 0.5),
          )
        : made,
    );
  };
  return grow.add('BatchNormalization', [x, vector(), vector(), vector(), vector(true)], {
    attributes: someAttributes(grow, 'BatchNormalization'),
  });
};

const layerNorm: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 4);
  const size = [x.tensor.shape.at(-1) ?? 1];
  const bias = grow.chance.flip() ? grow.constant(filled(grow.chance, 'float32', size)) : undefined;
  return grow.add('LayerNormalization', [x, grow.constant(filled(grow.chance, 'float32', size)), bias]);
};

const instanceNorm: Recipe = async (grow) => {
  const x = picture(grow);
  const size = [x.tensor.shape[1] ?? 1];
  return grow.add('InstanceNormalization', [
    x,
    grow.constant(filled(grow.chance, 'float32', size)),
    grow.constant(filled(grow.chance, 'float32', size)),
  ]);
};

const shuffle: Recipe = async (grow) => {
  const x = picture(grow);
  const op = grow.chance.pick(['DepthToSpace', 'SpaceToDepth']);
  return grow.add(op, [x], {
    attributes: {
      blocksize: grow.chance.pick([1, 2, 2]),
      mode: op === 'DepthToSpace' ? grow.chance.pick([undefined, 'CRD']) : undefined,
    },
  });
};

const resize: Recipe = async (grow) => {
  const x = picture(grow);
  const scales = { values: [1, 1, grow.chance.pick([1, 2]), grow.chance.pick([1, 1.5, 2])], dtype: 'float32' as const };
  const mode = grow.chance.pick(['nearest', 'linear', undefined]);
  if (grow.opset < 10) return grow.add('Upsample', [x], { settings: { scales }, attributes: { mode } });
  const roi = grow.opset >= 11 && grow.opset < 13 ? grow.constant(tensorOf('float32', [0], [])) : undefined;
  return grow.add('Resize', [x, roi], {
    settings: { scales },
    attributes: { mode, coordinate_transformation_mode: grow.chance.pick([undefined, 'asymmetric', 'align_corners']) },
  });
};

const quantize: Recipe = async (grow) => {
  const x = grow.any(['float32']);
  const scale = grow.constant(tensorOf('float32', [], [grow.chance.pick([0.1, 0.5, 1])]));
  const zero = grow.constant(tensorOf(grow.chance.pick(['uint8', 'int8'] as const), [], [grow.chance.int(0, 3)]));
  const made = await grow.add('QuantizeLinear', [x, scale, zero]);
  return made && grow.add('DequantizeLinear', [made[0], scale, zero]);
};

const compress: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64'], 1);
  return grow.add('Compress', [x, grow.constant(filled(grow.chance, 'bool', [x.tensor.shape[0] ?? 0]))], {
    attributes: { axis: 0 },
  });
};

/** Every recipe, as often as it is wanted beside the others. */
export const OPERATORS: readonly (readonly [Recipe, number])[] = [
  [unary, 10],
  [binary, 14],
  [variadic, 3],
  [transpose, 4],
  [reshape, 5],
  [flatten, 2],
  [squeeze, 3],
  [unsqueeze, 3],
  [expand, 3],
  [tile, 2],
  [slice, 4],
  [pad, 3],
  [concat, 4],
  [split, 3],
  [gather, 4],
  [gatherElements, 1],
  [scatter, 1],
  [reduce, 5],
  [argument, 1],
  [softmax, 2],
  [cumsum, 1],
  [topk, 1],
  [where, 3],
  [cast, 4],
  [clip, 3],
  [dropout, 2],
  [shape, 4],
  [constantOfShape, 2],
  [range, 2],
  [trilu, 1],
  [nonZero, 1],
  [oneHot, 1],
  [matmul, 4],
  [gemm, 3],
  [einsum, 1],
  [conv, 4],
  [convTranspose, 1],
  [pool, 3],
  [batchNorm, 3],
  [layerNorm, 1],
  [instanceNorm, 1],
  [shuffle, 1],
  [resize, 2],
  [quantize, 1],
  [compress, 1],
];
