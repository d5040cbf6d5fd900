/** Symbolic sizes of exported programs: sympy's text (`2*s0 + 1`, `Mod(s0, 4)`, `(s0//2)`) to expressions of the graph. */
import { InputError } from '../../ir/errors.ts';
import { Expression as Symbolic } from '../../ir/expression.ts';
import { add, type Dim, floorDivide, maximum, minimum, modulo, multiply, subtract } from '../../ir/shape.ts';
import type { Expression } from './ast.ts';
import { parseExpression } from './parser.ts';
import { sourceFile } from './text.ts';

/** Functions of torch/utils/_sympy/functions.py that expressions of the graph have. */
const FUNCTIONS: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  Max: maximum,
  Min: minimum,
  Mod: modulo,
  PythonMod: modulo,
  FloorDiv: floorDivide,
  CleanDiv: floorDivide,
};

const OPERATORS: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '//': floorDivide,
  '%': modulo,
};

/** Undefined (an unknown size) for text with functions that graphs do not have. */
export function parseDim(text: string): Dim {
  try {
    return toDim(parseExpression(sourceFile('', text), ''));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function toDim(expression: Expression): Dim {
  switch (expression.kind) {
    case 'int':
      return Number(expression.value);
    case 'name':
      return Symbolic.symbol(expression.name);
    case 'unary':
      return expression.operator === '-' ? multiply(-1, toDim(expression.operand)) : undefined;
    case 'binary': {
      const { operator, left, right } = expression;
      if (operator === '**') return power(toDim(left), right);
      return OPERATORS[operator]?.(toDim(left), toDim(right));
    }
    case 'call': {
      const { callee, positional } = expression;
      const apply =
        callee.kind === 'name' && Object.hasOwn(FUNCTIONS, callee.name) ? FUNCTIONS[callee.name] : undefined;
      if (!apply || positional.length < 2) return undefined;
      const [first, ...rest] = positional.map(toDim);
      return rest.reduce((sum, next) => apply(sum, next), first);
    }
    default:
      return undefined;
  }
}

const MOST_POWER = 8n;

function power(base: Dim, exponent: Expression): Dim {
  if (exponent.kind !== 'int' || exponent.value < 0n || exponent.value > MOST_POWER) return undefined;
  let product: Dim = 1;
  for (let k = 0n; k < exponent.value; k++) product = multiply(product, base);
  return product;
}
