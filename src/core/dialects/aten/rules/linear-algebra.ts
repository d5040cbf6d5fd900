/** Products of vectors and matrices, and attention. Rules: ATen/native/LinearAlgebra.cpp, Linear.cpp, transformers/attention.cpp. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Dim, Shape } from '../../../ir/shape.ts';
import { resultType } from '../promotion.ts';
import {
  agree,
  axisOf,
  broadcast,
  each,
  fresh,
  mismatch,
  packed,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  type TensorInfo,
} from '../rule.ts';
import { elementwise } from './pointwise.ts';

function rank(tensor: TensorInfo, wanted: number): TensorInfo {
  return tensor.shape.length === wanted
    ? tensor
    : mismatch(`a tensor of ${tensor.shape.length} axes where ${wanted} are needed`);
}

function sameType(...tensors: readonly TensorInfo[]): DataType {
  const dtype = tensors[0]?.dtype ?? 'float32';
  return tensors.every((tensor) => tensor.dtype === dtype)
    ? dtype
    : mismatch(`a product of different types: ${tensors.map((tensor) => tensor.dtype).join(', ')}`);
}

function matrixShape(a: TensorInfo, b: TensorInfo): [Dim, Dim] {
  agree(sizeAt(a.shape, -1), sizeAt(b.shape, -2), 'matrix product');
  return [sizeAt(a.shape, -2), sizeAt(b.shape, -1)];
}

const mm = (a: TensorInfo, b: TensorInfo): TensorInfo => fresh(sameType(a, b), matrixShape(rank(a, 2), rank(b, 2)));

const bmm = (a: TensorInfo, b: TensorInfo): TensorInfo => {
  const batch = agree(sizeAt(rank(a, 3).shape, 0), sizeAt(rank(b, 3).shape, 0), 'batched matrix product');
  return fresh(sameType(a, b), [batch, ...matrixShape(a, b)]);
};

const matmul: Rule = (args) => {
  const [a, b] = [args.tensor('self'), args.tensor('other')];
  const dtype = sameType(a, b);
  const [m, n] = [a.shape.length, b.shape.length];
  if (m === 0 || n === 0) return mismatch('both operands of a matrix product need axes');
  agree(sizeAt(a.shape, -1), sizeAt(b.shape, n === 1 ? 0 : -2), 'matrix product');
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, ...(m > 1 ? [sizeAt(a.shape, -2)] : []), ...(n > 1 ? [sizeAt(b.shape, -1)] : [])];
  // A small left operand may be folded into the batch, which leaves a transposed result.
  return n > 2 && m <= 2 ? { dtype, shape, strides: undefined } : packed(dtype, shape);
};

const linear: Rule = (args) => {
  const [input, weight, bias] = [args.tensor('input'), args.tensor('weight'), args.optionalTensor('bias')];
  agree(sizeAt(input.shape, -1), sizeAt(weight.shape, -1), 'linear layer');
  const dtype = sameType(input, weight, ...(bias ? [bias] : []));
  const shape = [...input.shape.slice(0, -1), ...weight.shape.slice(0, -1)];
  return packed(dtype, shape, ...(input.shape.length > 2 ? [input] : []));
};

const attention: Rule = (args) => attended(args);

const attended = (args: RuleArguments): TensorInfo => {
  const [query, value] = [args.tensor('query'), args.tensor('value')];
  const shape = [...query.shape.slice(0, -1), sizeAt(value.shape, -1)];
  // The kernel that is chosen decides the layout.
  return { dtype: query.dtype, shape, strides: undefined };
};

const einsum: Rule = (args) => {
  const tensors = args.tensors('tensors');
  const dtype = sameType(...tensors);
  const [left = '', right] = args.string('equation').replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const sizes = new Map<string, Dim>();
  let ellipsis: Shape = [];
  const counts = new Map<string, number>();
  terms.forEach((term, k) => {
    const shape = tensors[k]?.shape ?? mismatch(`einsum has ${terms.length} terms for ${tensors.length} tensors`);
    const dots = term.indexOf('...');
    const letters = [...term.replace('...', '')];
    const extra = shape.length - letters.length;
    if (extra < 0 || (dots < 0 && extra > 0)) mismatch(`einsum term ${term} for a tensor of ${shape.length} axes`);
    if (dots >= 0) ellipsis = broadcast(ellipsis, shape.slice(dots, dots + extra));
    letters.forEach((letter, at) => {
      const size = shape[dots >= 0 && at >= dots ? at + extra : at];
      const before = sizes.has(letter) ? sizes.get(letter) : 1;
      sizes.set(letter, before === 1 ? size : size === 1 ? before : agree(before, size, `einsum axis ${letter}`));
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    });
  });
  const once = [...counts].filter(([, count]) => count === 1).map(([letter]) => letter);
  const output = right ?? `${left.includes('...') ? '...' : ''}${once.sort().join('')}`;
  const shape =
    output
      .match(/\.\.\.|\w/g)
      ?.flatMap((item) => (item === '...' ? ellipsis : [sizes.has(item) ? sizes.get(item) : 1])) ?? [];
  return { dtype, shape, strides: undefined };
};

export const linearAlgebra: RuleTable = {
  mm: (args) => mm(args.tensor('self'), args.tensor('mat2')),
  bmm: (args) => bmm(args.tensor('self'), args.tensor('mat2')),
  mv: (args) => {
    const [self, vec] = [rank(args.tensor('self'), 2), rank(args.tensor('vec'), 1)];
    agree(sizeAt(self.shape, 1), sizeAt(vec.shape, 0), 'matrix-vector product');
    return fresh(sameType(self, vec), [sizeAt(self.shape, 0)]);
  },
  ...each('dot vdot', (args) =>
    fresh(sameType(args.tensor('self'), args.tensor(args.has('tensor') ? 'tensor' : 'other')), []),
  ),
  ...each('outer ger', (args) => {
    const [self, vec2] = [args.tensor('self'), args.tensor('vec2')];
    return fresh(resultType([self, vec2]), [sizeAt(self.shape, 0), sizeAt(vec2.shape, 0)]);
  }),
  ...each('matmul linalg_matmul', matmul),
  linear,
  addmm: (args) => mm(args.tensor('mat1'), args.tensor('mat2')),
  _addmm_activation: (args) => mm(args.tensor('mat1'), args.tensor('mat2')),
  baddbmm: (args) => bmm(args.tensor('batch1'), args.tensor('batch2')),
  addbmm: (args) => {
    const product = bmm(args.tensor('batch1'), args.tensor('batch2'));
    return fresh(product.dtype, product.shape.slice(1));
  },
  addmv: (args) => fresh(args.tensor('self').dtype, [sizeAt(args.tensor('mat').shape, 0)]),
  addr: (args) =>
    fresh(args.tensor('self').dtype, [sizeAt(args.tensor('vec1').shape, 0), sizeAt(args.tensor('vec2').shape, 0)]),
  bilinear: (args) => {
    const [input, weight] = [args.tensor('input1'), args.tensor('weight')];
    return packed(input.dtype, [...input.shape.slice(0, -1), sizeAt(weight.shape, 0)], input);
  },
  einsum,
  tensordot: (args) => {
    const [self, other] = [args.tensor('self'), args.tensor('other')];
    const [mine, theirs] = [args.numbers('dims_self'), args.numbers('dims_other')];
    const rest = (tensor: TensorInfo, axes: readonly number[]) => {
      const gone = new Set(axes.map((axis) => axisOf(axis, tensor.shape.length)));
      return tensor.shape.filter((_, axis) => !gone.has(axis));
    };
    return packed(sameType(self, other), [...rest(self, mine), ...rest(other, theirs)]);
  },
  inner: (args) => {
    const [self, other] = [args.tensor('self'), args.tensor('other')];
    return {
      dtype: sameType(self, other),
      shape: [...self.shape.slice(0, -1), ...other.shape.slice(0, -1)],
      strides: undefined,
    };
  },
  scaled_dot_product_attention: attention,
  _scaled_dot_product_flash_attention_for_cpu: (args) => {
    const [query] = [args.tensor('query')];
    const sums = { dtype: query.dtype, shape: query.shape.slice(0, -1), strides: undefined };
    return [attended(args), sums];
  },
  _scaled_dot_product_attention_math: (args) => {
    const [query, key] = [args.tensor('query'), args.tensor('key')];
    const shape = [...query.shape.slice(0, -1), sizeAt(key.shape, -2)];
    return [attended(args), { dtype: query.dtype, shape, strides: undefined }];
  },
  cross: (args) => elementwise(args.tensor('self').dtype, [args.tensor('self'), args.tensor('other')]),
  linalg_cross: (args) => elementwise(args.tensor('self').dtype, [args.tensor('self'), args.tensor('other')]),
  ...each('cdist _cdist_forward _euclidean_dist', (args) => {
    const [a, b] = [args.tensor('x1'), args.tensor('x2')];
    const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...batch, sizeAt(a.shape, -2), sizeAt(b.shape, -2)];
    return fresh(a.dtype, shape);
  }),
  cosine_similarity: (args) => {
    const [a, b] = [args.tensor('x1'), args.tensor('x2')];
    const shape = broadcast(a.shape, b.shape);
    const axis = axisOf(args.number('dim'), shape.length);
    return { dtype: resultType([a, b]), shape: shape.filter((_, k) => k !== axis), strides: undefined };
  },
  pairwise_distance: (args) => {
    const [a, b] = [args.tensor('x1'), args.tensor('x2')];
    const outer = broadcast(a.shape, b.shape).slice(0, -1);
    return fresh(resultType([a, b]), args.bool('keepdim') ? [...outer, 1] : outer);
  },
  ...each('linalg_inv inverse matrix_exp linalg_matrix_exp', (args) => {
    const self = args.tensor(args.schema.name === 'linalg_inv' ? 'A' : 'self');
    return { dtype: self.dtype, shape: self.shape, strides: undefined };
  }),
};
