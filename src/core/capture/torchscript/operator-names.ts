/** The operators of PyTorch that stand behind the syntax of TorchScript code. */
import type { BinaryOperator, CompareOperator } from '../../formats/torch/ast.ts';

/** Operators between two values. */
export const BINARY: Readonly<Record<BinaryOperator, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floordiv',
  '%': 'remainder',
  '@': 'matmul',
  '**': 'pow',
  '&': '__and__',
  '|': '__or__',
  '^': '__xor__',
  '<<': '__lshift__',
  '>>': '__rshift__',
};

/** Comparisons. */
export const COMPARE: Readonly<Record<CompareOperator, string>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  is: '__is__',
  'is not': '__isnot__',
  in: '__contains__',
  'not in': '__contains__',
};

/** Builtin functions by the operators that they are. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  int: 'Int',
  float: 'Float',
  bool: 'Bool',
  isnan: 'isnan',
  print: 'Print',
};

/** Attributes of tensors by the operators that they are, where those have another name. */
export const TENSOR_ATTRIBUTES: Readonly<Record<string, string>> = { T: 'numpy_T', H: 'matrix_H' };
