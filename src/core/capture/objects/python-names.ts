/** What global names of Python stand for in the code that runs pickled modules: types, and functions by their qualified names. */
import { scalarTypeOf } from '../../dialects/aten/scalar-types.ts';
import { TORCH_DTYPES } from '../../formats/torch/storages.ts';
import { type CapturedValue, FunctionValue } from '../values/values.ts';

/** `torch.float32` is its type; every other name is taken for that of a function, which shows when it is called. */
export function pythonGlobal(name: string): CapturedValue {
  const [, member = ''] = /^torch\.(\w+)$/.exec(name) ?? [];
  const dtype = Object.hasOwn(TORCH_DTYPES, member) ? TORCH_DTYPES[member] : undefined;
  return (dtype && scalarTypeOf(dtype)) ?? new FunctionValue(name);
}

/** Where Python keeps functions that are operators of PyTorch under the same name. */
const OPERATORS =
  /^(?:torch|torch\._C\._nn|torch\._C\._VariableFunctions|torch\.functional|torch\._C\._special|torch\.special)\.(\w+)$/;

/** The operator that a function of PyTorch is; undefined where it is none. */
export function operatorOf(qualifiedName: string): string | undefined {
  return OPERATORS.exec(qualifiedName)?.[1];
}

/** Functions of Python's `operator`, by the operator of PyTorch that does the same to tensors and numbers. */
export const PYTHON_OPERATORS: Readonly<Record<string, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  truediv: 'div',
  floordiv: 'floordiv',
  mod: 'remainder',
  pow: 'pow',
  matmul: 'matmul',
  neg: 'neg',
  abs: 'abs',
  invert: 'bitwise_not',
  inv: 'bitwise_not',
  and_: '__and__',
  or_: '__or__',
  xor: '__xor__',
  lshift: '__lshift__',
  rshift: '__rshift__',
  eq: 'eq',
  ne: 'ne',
  lt: 'lt',
  le: 'le',
  gt: 'gt',
  ge: 'ge',
  is_: '__is__',
  is_not: '__isnot__',
  contains: '__contains__',
  not_: '__not__',
  iadd: 'add_',
  isub: 'sub_',
  imul: 'mul_',
  itruediv: 'div_',
};

/** Methods of tensors that convert to a type. */
export const CONVERSIONS: Readonly<Record<string, string>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  bfloat16: 'bfloat16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  bool: 'bool',
};

/** Methods and functions of Python that take sizes one by one as well as in a list, and the place where sizes begin. */
export const SIZES_AT: Readonly<Record<string, number>> = {
  view: 1,
  reshape: 1,
  permute: 1,
  expand: 1,
  repeat: 1,
  tile: 1,
  flip: 1,
  new_zeros: 1,
  new_ones: 1,
  new_empty: 1,
  zeros: 0,
  ones: 0,
  empty: 0,
  rand: 0,
  randn: 0,
};

/** What `2 - x` and its kin are with the tensor first. */
export const REVERSED: Readonly<Record<string, string>> = {
  add: 'add',
  mul: 'mul',
  sub: 'rsub',
  div: 'reciprocal',
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
};

/** numpy's names of keyword arguments. */
export const KEYWORD_ALIASES: Readonly<Record<string, string>> = { axis: 'dim', axes: 'dims', keepdims: 'keepdim' };
