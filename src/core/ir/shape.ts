/** Sizes that may be numbers, expressions over symbols, or unknown; and lists of them. */
import { type Bounds, UNBOUNDED } from './bounds.ts';
import { Expression } from './expression.ts';

/** One size: a number, an expression over symbols, or unknown. "Unknown" is not "different". */
export type Dim = number | Expression | undefined;

/** The sizes of a tensor, outermost first. */
export type Shape = readonly Dim[];

/** A shape whose every size is a number. */
export type StaticShape = readonly number[];

export function isStatic(shape: Shape | undefined): shape is StaticShape {
  return shape?.every((dim) => typeof dim === 'number') ?? false;
}

/** The product of all sizes; unknown as soon as one is. */
export function elementCount(shape: StaticShape): number;
export function elementCount(shape: Shape): Dim;
export function elementCount(shape: Shape): Dim {
  if (isStatic(shape)) return shape.reduce((product, dim) => product * dim, 1);
  return shape.reduce((product: Dim, dim) => multiply(product, dim), 1);
}

export function add(a: Dim, b: Dim): Dim {
  return combine(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x.plus(y),
  );
}

export function subtract(a: Dim, b: Dim): Dim {
  return combine(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x.plus(y.times(Expression.of(-1))),
  );
}

export function multiply(a: Dim, b: Dim): Dim {
  if (a === 0 || b === 0) return 0;
  return combine(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x.times(y),
  );
}

/** Rounds towards minus infinity, as Python's `//`; unknown where it divides by 0. */
export function floorDivide(a: Dim, b: Dim): Dim {
  return combine(
    a,
    b,
    (x, y) => (y === 0 ? undefined : Math.floor(x / y)),
    (x, y) => Expression.apply('floordiv', x, y),
  );
}

/** Takes the sign of the divisor, as Python's `%`; unknown where that is 0. */
export function modulo(a: Dim, b: Dim): Dim {
  return combine(
    a,
    b,
    (x, y) => (y === 0 ? undefined : x - y * Math.floor(x / y)),
    (x, y) => Expression.apply('mod', x, y),
  );
}

export function minimum(a: Dim, b: Dim): Dim {
  return combine(a, b, Math.min, (x, y) => Expression.apply('min', x, y));
}

export function maximum(a: Dim, b: Dim): Dim {
  return combine(a, b, Math.max, (x, y) => Expression.apply('max', x, y));
}

/** True or false where that is certain, undefined where it depends on a symbol or is unknown. */
export function sameDim(a: Dim, b: Dim): boolean | undefined {
  // Two numbers, or one symbol on both sides: what most shapes have.
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') return false;
  if (typeof a !== 'number' && typeof b !== 'number' && a.equals(b)) return true;
  const difference = subtract(a, b);
  if (typeof difference !== 'object') return difference === undefined ? undefined : difference === 0;
  const { least, most } = difference.bounds;
  return least > 0 || most < 0 ? false : undefined;
}

/** Whether `a <= b`: undefined where that depends on a symbol or is unknown. */
export function atMost(a: Dim, b: Dim): boolean | undefined {
  const difference = subtract(b, a);
  if (difference === undefined) return undefined;
  const { least, most } = boundsOf(difference);
  if (least >= 0) return true;
  return most < 0 ? false : undefined;
}

/** Between which numbers a size lies. */
export function boundsOf(dim: Dim): Bounds {
  if (dim === undefined) return UNBOUNDED;
  return typeof dim === 'number' ? { least: dim, most: dim } : dim.bounds;
}

/** `a / b` where that is whole for all values of the symbols; else undefined. */
export function exactQuotient(a: Dim, b: Dim): Dim {
  if (a === undefined || b === undefined || b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return a % b === 0 ? a / b : undefined;
  return Expression.of(a).dividedBy(Expression.of(b))?.simplified();
}

/** Rounds up. */
export function ceilDivide(a: Dim, b: Dim): Dim {
  return exactQuotient(a, b) ?? floorDivide(subtract(add(a, b), 1), b);
}

/** As `sameDim`, for whole shapes; shapes of different rank are certainly different. */
export function sameShape(a: Shape | undefined, b: Shape | undefined): boolean | undefined {
  if (!a || !b) return undefined;
  if (a.length !== b.length) return false;
  const each = a.map((dim, k) => sameDim(dim, b[k]));
  if (each.includes(false)) return false;
  return each.includes(undefined) ? undefined : true;
}

/** `[1, 3, h, 2*w]`, with `?` for an unknown size; `unknown rank` where there is no list. */
export function shapeText(shape: Shape | undefined): string {
  return shape ? `[${shape.map((dim) => (dim === undefined ? '?' : String(dim))).join(', ')}]` : 'unknown rank';
}

/** Longer expressions say nothing to anybody, and a chain of them would grow without end. */
const LONGEST = 200;

/**
 * Most sizes are numbers: those never become expressions on the way. What doubles do not hold exactly is unknown; so is
 * what would be too long to read.
 */
function combine(
  a: Dim,
  b: Dim,
  numbers: (x: number, y: number) => number | undefined,
  expressions: (x: Expression, y: Expression) => Expression,
): Dim {
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === 'number' && typeof b === 'number') {
    const result = numbers(a, b);
    return Number.isInteger(result) && !Number.isSafeInteger(result) ? undefined : result;
  }
  const [x, y] = [Expression.of(a), Expression.of(b)];
  // A product has as many terms as both have by each other.
  if (x.size * y.size > LONGEST * LONGEST) return undefined;
  const result = expressions(x, y);
  return result.size <= LONGEST && result.isExact ? result.simplified() : undefined;
}

/** How far apart in row-major order the elements along each axis lie. */
export function stridesOf(shape: StaticShape): number[] {
  const strides = shape.map(() => 1);
  for (let k = shape.length - 2; k >= 0; k--) strides[k] = (strides[k + 1] ?? 1) * (shape[k + 1] ?? 1);
  return strides;
}
