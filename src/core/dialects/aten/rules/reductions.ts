/** Operators that reduce along axes, normalise along one, or order one. Rules: ATen/native/ReduceOps.cpp, Sorting.cpp, SoftMax.cpp. */
import type { DataType } from '../../../ir/dtype.ts';
import { add, type Dim, maximum, subtract } from '../../../ir/shape.ts';
import { pointwiseStrides } from '../layout.ts';
import { category, floatType, resultType } from '../promotion.ts';
import {
  axisOf,
  each,
  fresh,
  packed,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  type TensorInfo,
  withSize,
} from '../rule.ts';
import { elementwise } from './pointwise.ts';

/** The axes that a call names: none, one, or several; no axes and None mean all. */
function axesOf(args: RuleArguments, rank: number): Set<number> {
  const dim = args.get('dim');
  const named = typeof dim === 'bigint' ? [Number(dim)] : (args.optionalNumbers('dim') ?? []);
  const axes = named.length > 0 ? named : Array.from({ length: rank }, (_, k) => k);
  return new Set(axes.map((axis) => axisOf(axis, rank)));
}

function reduced(dtype: DataType, self: TensorInfo, axes: ReadonlySet<number>, keep: boolean): TensorInfo {
  const shape = keep
    ? self.shape.map((size, axis) => (axes.has(axis) ? 1 : size))
    : self.shape.filter((_, axis) => !axes.has(axis));
  return packed(dtype, shape, self);
}

/** Reduces with a type that may be given as `dtype`. */
function reduction(type: (self: DataType) => DataType, name = 'self'): Rule {
  return (args) => {
    const self = args.tensor(name);
    const dtype = args.dtype('dtype') ?? type(self.dtype);
    return reduced(dtype, self, axesOf(args, self.shape.length), args.optionalBool('keepdim') ?? false);
  };
}

/** An empty list of axes asks of each element alone. */
const truth: Rule = (args, counted) => {
  const { dtype, shape, ...self } = args.tensor('self');
  const dims = args.get('dim');
  if (Array.isArray(dims) && dims.length === 0) return elementwise(boolType(dtype), [{ dtype, shape, ...self }]);
  return reduction(boolType)(args, counted);
};

const sumType = (dtype: DataType): DataType => (category(dtype) < 2 ? 'int64' : dtype);
const keepType = (dtype: DataType): DataType => dtype;
const realType = (dtype: DataType): DataType =>
  dtype === 'complex64' ? 'float32' : dtype === 'complex128' ? 'float64' : floatType(dtype);
const boolType = (dtype: DataType): DataType => (dtype === 'uint8' ? 'uint8' : 'bool');

/** `max(self)`, `max(self, dim) -> (values, indices)`, `max(self, other)`. */
const extreme: Rule = (args) => {
  const self = args.tensor('self');
  if (args.schema.overload === 'other') {
    const other = args.tensor('other');
    return elementwise(resultType([self, other]), [self, other]);
  }
  if (!args.has('dim')) return fresh(self.dtype, []);
  return valuesAndIndices(args);
};

const valuesAndIndices = (args: RuleArguments): TensorInfo[] => {
  const self = args.tensor('self');
  const axes = axesOf(args, self.shape.length);
  const keep = args.optionalBool('keepdim') ?? false;
  return [reduced(self.dtype, self, axes, keep), reduced('int64', self, axes, keep)];
};

const position: Rule = (args) => {
  const self = args.tensor('self');
  const keep = args.optionalBool('keepdim') ?? false;
  if (!args.has('dim')) return fresh('int64', keep ? self.shape.map(() => 1) : []);
  return reduced('int64', self, axesOf(args, self.shape.length), keep);
};

const soft: Rule = (args) => {
  const self = args.tensor('self');
  const toFloat = args.has('half_to_float') && args.bool('half_to_float');
  return packed(toFloat ? 'float32' : (args.dtype('dtype') ?? self.dtype), self.shape, self);
};

const sorted: Rule = (args) => {
  const self = args.tensor('self');
  const strides = self.strides && pointwiseStrides(self.shape, [self]);
  const values = { dtype: self.dtype, shape: self.shape, strides };
  return args.schema.name === 'argsort' ? packed('int64', self.shape, self) : [values, { ...values, dtype: 'int64' }];
};

const topk: Rule = (args) => {
  const self = args.tensor('self');
  const shape =
    self.shape.length === 0 ? [] : withSize(self.shape, axisOf(args.number('dim'), self.shape.length), args.dim('k'));
  return [fresh(self.dtype, shape), fresh('int64', shape)];
};

const spread: Rule = (args) => {
  const self = args.tensor('self');
  return reduced(realType(self.dtype), self, axesOf(args, self.shape.length), args.optionalBool('keepdim') ?? false);
};

export const reductions: RuleTable = {
  ...each('sum nansum prod', reduction(sumType)),
  ...each('mean nanmean amax amin', reduction(keepType)),
  ...each('all any', truth),
  ...each('logsumexp special_logsumexp', reduction(floatType)),
  ...each('norm linalg_vector_norm frobenius_norm', reduction(realType)),
  ...each('max min', extreme),
  ...each('argmax argmin', position),
  ...each('median nanmedian', (args) =>
    args.has('dim') ? valuesAndIndices(args) : fresh(args.tensor('self').dtype, []),
  ),
  ...each('mode kthvalue', valuesAndIndices),
  ...each('cummax cummin', (args) => {
    const self = args.tensor('self');
    return [packed(self.dtype, self.shape, self), packed('int64', self.shape, self)];
  }),
  quantile: (args) => {
    const self = args.tensor('self');
    const axes = axesOf(args, self.shape.length);
    const kept = reduced(self.dtype, self, axes, args.bool('keepdim'));
    const several = args.schema.overload === 'scalar' ? [] : args.tensor('q').shape;
    return { dtype: self.dtype, shape: [...several, ...kept.shape], strides: undefined };
  },
  aminmax: (args) => {
    const self = args.tensor('self');
    const axes = axesOf(args, self.shape.length);
    const result = reduced(self.dtype, self, axes, args.bool('keepdim'));
    return [result, result];
  },
  ...each('std var', spread),
  ...each('std_mean var_mean', (args) => {
    const self = args.tensor('self');
    const axes = axesOf(args, self.shape.length);
    const keep = args.optionalBool('keepdim') ?? false;
    return [reduced(realType(self.dtype), self, axes, keep), reduced(floatType(self.dtype), self, axes, keep)];
  }),
  count_nonzero: (args) => reduced('int64', args.tensor('self'), axesOf(args, args.tensor('self').shape.length), false),
  ...each('softmax log_softmax _softmax _log_softmax special_softmax special_log_softmax _safe_softmax', soft),
  ...each('sort argsort msort', sorted),
  topk,
  dist: (args) => fresh(realType(args.tensor('self').dtype), []),
  trace: (args) => fresh(sumType(args.tensor('self').dtype), []),
  diff: (args) => {
    const self = args.tensor('self');
    const axis = axisOf(args.number('dim'), self.shape.length);
    const parts = [args.optionalTensor('prepend'), self, args.optionalTensor('append')].flatMap((part) => part ?? []);
    const total = parts.reduce((sum: Dim, part) => add(sum, sizeAt(part.shape, axis)), 0);
    return packed(self.dtype, withSize(self.shape, axis, maximum(subtract(total, args.number('n')), 0)), ...parts);
  },
};
