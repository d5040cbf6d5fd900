/**
 * Symbolic sizes of exported programs to expressions of the graph: sympy's `srepr` (`Mul(Integer(2), Symbol('s0'))`) and its
 * plain text (`2*s0 + 1`, `(s0//2)`). Functions: torch/utils/_sympy/functions.py.
 */
import { InputError } from '../../ir/errors.ts';
import { Expression as Symbolic } from '../../ir/expression.ts';
import { add, type Dim, floorDivide, maximum, minimum, modulo, multiply, subtract } from '../../ir/shape.ts';
import type { Expression } from './ast.ts';
import { parseExpression } from './parser.ts';
import { sourceFile } from './text.ts';

type Fold = (a: Dim, b: Dim) => Dim;

const FUNCTIONS: Readonly<Record<string, Fold>> = {
  Add: add,
  Mul: multiply,
  Max: maximum,
  Min: minimum,
  Mod: modulo,
  PythonMod: modulo,
  FloorDiv: floorDivide,
  CleanDiv: floorDivide,
};

const OPERATORS: Readonly<Record<string, Fold>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '//': floorDivide,
  '%': modulo,
};

/** A size is a sum of products: a product of sums may have any number of them, but no real size has so many. */
const MOST_TERMS = 256;

interface Size {
  readonly dim: Dim;
  /** No fewer than its expression has. */
  readonly terms: number;
}

const UNKNOWN: Size = { dim: undefined, terms: 0 };

/** Undefined (an unknown size) for text with functions that graphs do not have. */
export function parseDim(text: string): Dim {
  try {
    return sizeOf(parseExpression(sourceFile('', text), '')).dim;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function sizeOf(expression: Expression): Size {
  switch (expression.kind) {
    case 'int':
      return { dim: Number(expression.value), terms: 1 };
    case 'name':
      return { dim: Symbolic.symbol(expression.name), terms: 1 };
    case 'unary':
      return expression.operator === '-' ? fold(multiply, [number(-1), sizeOf(expression.operand)]) : UNKNOWN;
    case 'binary': {
      const { operator, left, right } = expression;
      return operator === '**' ? power(left, right) : fold(OPERATORS[operator], [sizeOf(left), sizeOf(right)]);
    }
    case 'call':
      return expression.callee.kind === 'name' ? called(expression.callee.name, expression.positional) : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function called(name: string, args: readonly Expression[]): Size {
  const [first, second] = args;
  if (name === 'Symbol') return first?.kind === 'string' ? { dim: Symbolic.symbol(first.value), terms: 1 } : UNKNOWN;
  if (name === 'Integer') return first?.kind === 'int' ? sizeOf(first) : UNKNOWN;
  if (name === 'Pow') return first && second ? power(first, second) : UNKNOWN;
  return fold(Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined, args.map(sizeOf));
}

function power(base: Expression, exponent: Expression): Size {
  const times = sizeOf(exponent).dim;
  if (typeof times !== 'number' || times < 1 || times > 8) return UNKNOWN;
  return fold(multiply, new Array<Size>(times).fill(sizeOf(base)));
}

function fold(apply: Fold | undefined, sizes: readonly Size[]): Size {
  const [first, ...rest] = sizes;
  if (!apply || !first) return UNKNOWN;
  return rest.reduce((a, b) => {
    const terms = apply === multiply ? a.terms * b.terms : apply === add || apply === subtract ? a.terms + b.terms : 1;
    return terms > MOST_TERMS || a.dim === undefined || b.dim === undefined
      ? UNKNOWN
      : { dim: apply(a.dim, b.dim), terms };
  }, first);
}

function number(value: number): Size {
  return { dim: value, terms: 1 };
}
