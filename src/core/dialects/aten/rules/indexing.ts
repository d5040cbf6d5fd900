/**
 * Operators that pick, place, join or rearrange elements. Rules: ATen/native/TensorAdvancedIndexing.cpp, TensorShape.cpp,
 * TensorTransformations.cpp, PadNd.cpp.
 */
import {
  add,
  atMost,
  type Dim,
  elementCount,
  floorDivide,
  maximum,
  multiply,
  type Shape,
  shapeText,
} from '../../../ir/shape.ts';
import { resultType } from '../promotion.ts';
import {
  agreeShapes,
  axisOf,
  broadcast,
  each,
  fresh,
  mismatch,
  numberOf,
  packed,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  type TensorInfo,
  withSize,
} from '../rule.ts';
import { index } from './indices.ts';
import { elementwise } from './pointwise.ts';

/** Tensors of one shape but for the axis that they are joined along; empty ones of one axis are skipped. */
function joined(tensors: readonly TensorInfo[], dim: number): TensorInfo {
  const parts = tensors.filter((tensor) => !(tensor.shape.length === 1 && tensor.shape[0] === 0));
  const first = parts[0] ?? tensors[0] ?? mismatch('joining no tensors');
  const axis = axisOf(dim, first.shape.length);
  for (const { shape } of parts) {
    const what = `joining ${shapeText(first.shape)} and ${shapeText(shape)} along axis ${axis}`;
    agreeShapes(withSize(first.shape, axis, 1), withSize(shape, axis, 1), what);
  }
  const shape = withSize(
    first.shape,
    axis,
    parts.reduce((sum: Dim, part) => add(sum, sizeAt(part.shape, axis)), 0),
  );
  return packed(resultType(tensors), shape, ...tensors);
}

const stack: Rule = (args) => {
  const tensors = args.tensors('tensors');
  const first = tensors[0] ?? mismatch('stacking no tensors');
  for (const { shape } of tensors) agreeShapes(first.shape, shape, 'stacking');
  const axis = axisOf(args.number('dim'), first.shape.length + 1);
  const shape = [...first.shape.slice(0, axis), tensors.length, ...first.shape.slice(axis)];
  return packed(resultType(tensors), shape, ...tensors);
};

const self: Rule = (args) => {
  const info = args.tensor('self');
  return elementwise(info.dtype, [info]);
};

const unchanged: Rule = (args) => packed(args.tensor('self').dtype, args.tensor('self').shape, args.tensor('self'));

const padded: Rule = (args) => {
  const info = args.tensor('self');
  const pad = args.dims(args.has('pad') ? 'pad' : 'padding');
  const shape = info.shape.map((size, axis) => {
    const from = 2 * (info.shape.length - 1 - axis);
    const out = add(size, add(from in pad ? pad[from] : 0, from + 1 in pad ? pad[from + 1] : 0));
    return atMost(0, out) === false ? mismatch(`padding ${shapeText(info.shape)} by ${shapeText(pad)}`) : out;
  });
  return packed(info.dtype, shape, info);
};

const repeated: Rule = (args: RuleArguments) => {
  const info = args.tensor('self');
  const repeats = args.dims(args.schema.name === 'tile' ? 'dims' : 'repeats');
  const rank = Math.max(repeats.length, info.shape.length);
  if (args.schema.name === 'repeat' && repeats.length < info.shape.length) mismatch('fewer repeats than axes');
  const shape = Array.from({ length: rank }, (_, k) => {
    const at = (list: Shape) => (k - rank + list.length in list ? list[k - rank + list.length] : 1);
    return multiply(at(info.shape), at(repeats));
  });
  return fresh(info.dtype, shape);
};

/**
 * Distinct elements, where each stands among them, and how often it occurs; those of neighbours alone for
 * `unique_consecutive`. What is not asked for has no elements.
 */
const distinct: Rule = (args, counted) => {
  const self = args.tensor('self');
  const { name } = args.schema;
  const count = counted();
  const axis =
    name !== '_unique' && name !== '_unique2' && args.has('dim')
      ? axisOf(args.number('dim'), self.shape.length)
      : undefined;
  const values =
    axis !== undefined
      ? { dtype: self.dtype, shape: withSize(self.shape, axis, count), strides: undefined }
      : fresh(self.dtype, [count]);
  // PyTorch tells the places of elements along an axis, and counts them, whether it is asked or not.
  const flat = axis === undefined || (name === 'unique_consecutive' && self.shape.length === 1);
  const always = name === 'unique_dim' || (name === 'unique_consecutive' && !flat);
  const where = axis !== undefined ? [sizeAt(self.shape, axis)] : self.shape;
  const inverse = fresh('int64', always || args.bool('return_inverse') ? where : [0]);
  if (name === '_unique') return [values, inverse];
  return [values, inverse, fresh('int64', always || args.bool('return_counts') ? [count] : [0])];
};

export const indexing: RuleTable = {
  // How many elements they find is only known in a run.
  ...each('nonzero argwhere', (args, counted) => ({
    dtype: 'int64',
    shape: [counted(), args.tensor('self').shape.length],
    strides: undefined,
  })),
  masked_select: (args, counted) => {
    const info = args.tensor('self');
    broadcast(info.shape, args.tensor('mask').shape);
    return fresh(info.dtype, [counted()]);
  },
  ...each('nonzero_numpy unique_dim_consecutive', () => undefined),
  ...each('_unique _unique2 unique_dim unique_consecutive', distinct),
  bincount: (args, counted) => {
    const weights = args.optionalTensor('weights');
    const dtype = weights ? (weights.dtype === 'float32' ? 'float32' : 'float64') : 'int64';
    return fresh(dtype, [counted()]);
  },
  ...each('cat concat concatenate', (args) => joined(args.tensors('tensors'), args.number('dim'))),
  ...each('stack _stack', stack),
  ...each('hstack', (args) => {
    const tensors = args.tensors('tensors').map(atLeastOne);
    return joined(tensors, (tensors[0]?.shape.length ?? 1) === 1 ? 0 : 1);
  }),
  ...each('atleast_1d atleast_2d atleast_3d', (args) => {
    const raise = RAISED[args.schema.name];
    return args.schema.overload === 'Sequence' && raise ? args.tensors('tensors').map(raise) : undefined;
  }),
  column_stack: (args) => joined(args.tensors('tensors').map(asColumn), 1),
  dstack: (args) => joined(args.tensors('tensors').map(atLeastThree), 2),
  ...each('vstack row_stack', (args) => joined(args.tensors('tensors').map(atLeastTwo), 0)),
  ...each('index _unsafe_index', index),
  index_select: (args) => {
    const [info, chosen] = [args.tensor('self'), args.tensor('index')];
    if (info.shape.length === 0) return fresh(info.dtype, []);
    const shape = withSize(info.shape, axisOf(args.number('dim'), info.shape.length), sizeAt([...chosen.shape, 1], 0));
    return packed(info.dtype, shape, info);
  },
  ...each('gather', (args) => fresh(args.tensor('self').dtype, args.tensor('index').shape)),
  take: (args) => fresh(args.tensor('self').dtype, args.tensor('index').shape),
  take_along_dim: (args) => {
    const [info, chosen] = [args.tensor('self'), args.tensor('indices')];
    if (!args.has('dim')) return fresh(info.dtype, [elementCount(chosen.shape)]);
    const axis = axisOf(args.number('dim'), info.shape.length);
    const shape = broadcast(withSize(info.shape, axis, 1), withSize(chosen.shape, axis, 1));
    return fresh(info.dtype, withSize(shape, axis, sizeAt(chosen.shape, axis)));
  },
  ...each(
    `scatter scatter_add scatter_reduce index_add index_copy index_fill index_put _unsafe_index_put masked_scatter put
    slice_scatter select_scatter diagonal_scatter index_reduce`,
    unchanged,
  ),
  ...each('tril triu', unchanged),
  pad_sequence: (args) => {
    const sequences = args.tensors('sequences');
    const first = sequences[0] ?? mismatch('padding no sequences');
    const longest = sequences.reduce((most: Dim, { shape }) => maximum(most, shape[0]), 0);
    const batch = args.bool('batch_first') ? [sequences.length, longest] : [longest, sequences.length];
    return fresh(first.dtype, [...batch, ...first.shape.slice(1)]);
  },
  cartesian_prod: (args) => {
    const tensors = args.tensors('tensors');
    const count = tensors.reduce((product: Dim, { shape }) => multiply(product, shape[0]), 1);
    return fresh(resultType(tensors), tensors.length === 1 ? [count] : [count, tensors.length]);
  },
  combinations: (args) => {
    const self = args.tensor('self');
    const [n, r] = [numberOf(sizeAt(self.shape, 0), 'how many elements there are'), args.number('r')];
    // n choose r, or with repetition n + r - 1 choose r.
    const from = args.bool('with_replacement') ? n + r - 1 : n;
    const count = Array.from({ length: r }, (_, k) => k).reduce((product, k) => (product * (from - k)) / (k + 1), 1);
    return fresh(self.dtype, r === 0 ? [0] : [count, r]);
  },
  ...each('flip fliplr flipud roll', self),
  rot90: (args) => {
    const info = args.tensor('self');
    const [a = 0, b = 1] = args.numbers('dims').map((axis) => axisOf(axis, info.shape.length));
    const swapped = info.shape.map((size, axis) =>
      axis === a ? sizeAt(info.shape, b) : axis === b ? sizeAt(info.shape, a) : size,
    );
    return { dtype: info.dtype, shape: args.number('k') % 2 === 0 ? info.shape : swapped, strides: undefined };
  },
  ...each('_pad_circular _pad_enum constant_pad_nd pad reflection_pad1d reflection_pad2d reflection_pad3d', padded),
  ...each('replication_pad1d replication_pad2d replication_pad3d', padded),
  ...each('repeat tile', repeated),
  repeat_interleave: (args, counted) => {
    const total = args.optionalDim('output_size');
    if (args.schema.overload === 'Tensor') return fresh(args.tensor('repeats').dtype, [total ?? counted()]);
    const info = args.tensor('self');
    const flat = !args.has('dim');
    const [axis, shape] = flat
      ? [0, [elementCount(info.shape)]]
      : [axisOf(args.number('dim'), info.shape.length), info.shape];
    const size =
      args.schema.overload === 'self_Tensor'
        ? (total ?? counted())
        : multiply(sizeAt(shape, axis), args.dim('repeats'));
    return packed(info.dtype, withSize(shape, axis, size), info);
  },
  one_hot: (args) => {
    const classes = args.dim('num_classes');
    if (typeof classes === 'number' && classes < 0) return undefined;
    return fresh('int64', [...args.tensor('self').shape, classes]);
  },
  ...each('diag_embed', (args) => {
    const info = args.tensor('self');
    const size = add(sizeAt(info.shape, -1), Math.abs(args.number('offset')));
    const rank = info.shape.length + 1;
    const axes = [args.number('dim1'), args.number('dim2')].map((axis) => axisOf(axis, rank));
    const rest = info.shape.slice(0, -1);
    const shape = Array.from({ length: rank }, (_, k) => (axes.includes(k) ? size : rest.shift()));
    return { dtype: info.dtype, shape, strides: undefined };
  }),
  ...each('bucketize searchsorted', (args) => {
    // One value has one place.
    const one = args.schema.overload.includes('Scalar');
    return fresh(args.bool('out_int32') ? 'int32' : 'int64', one ? [] : args.tensor('self').shape);
  }),
  ...each('channel_shuffle native_channel_shuffle', unchanged),
  pixel_shuffle: (args) => {
    const [info, r] = [args.tensor('self'), args.number('upscale_factor')];
    const [c, h, w] = [-3, -2, -1].map((axis) => sizeAt(info.shape, axis));
    return packed(info.dtype, [...info.shape.slice(0, -3), quotient(c, r * r), multiply(h, r), multiply(w, r)], info);
  },
  pixel_unshuffle: (args) => {
    const [info, r] = [args.tensor('self'), args.number('downscale_factor')];
    // PyTorch leaves nothing as it is.
    if (info.shape.includes(0)) return fresh(info.dtype, info.shape);
    const [c, h, w] = [-3, -2, -1].map((axis) => sizeAt(info.shape, axis));
    return packed(info.dtype, [...info.shape.slice(0, -3), multiply(c, r * r), quotient(h, r), quotient(w, r)], info);
  },
};

/** PyTorch refuses what does not come out even. */
function quotient(size: Dim, by: number): Dim {
  if (typeof size === 'number' && size % by !== 0) mismatch(`an axis of ${size} is no multiple of ${by}`);
  return floorDivide(size, by);
}

function atLeastOne(tensor: TensorInfo): TensorInfo {
  return tensor.shape.length === 0 ? fresh(tensor.dtype, [1]) : tensor;
}

function atLeastTwo(tensor: TensorInfo): TensorInfo {
  const { dtype, shape } = atLeastOne(tensor);
  return shape.length === 1 ? fresh(dtype, [1, ...shape]) : tensor;
}

function atLeastThree(tensor: TensorInfo): TensorInfo {
  const { dtype, shape } = atLeastTwo(tensor);
  return shape.length === 2 ? fresh(dtype, [...shape, 1]) : tensor;
}

const RAISED: Readonly<Record<string, (tensor: TensorInfo) => TensorInfo>> = {
  atleast_1d: atLeastOne,
  atleast_2d: atLeastTwo,
  atleast_3d: atLeastThree,
};

function asColumn(tensor: TensorInfo): TensorInfo {
  const { dtype, shape } = tensor;
  return shape.length < 2 ? fresh(dtype, [shape[0] ?? 1, 1]) : tensor;
}
