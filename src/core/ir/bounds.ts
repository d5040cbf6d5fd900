/** What is known of an integer that a symbol stands for: between which numbers it lies. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export const UNBOUNDED: Bounds = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };

/** Sizes of the tensors that a program takes: at least one, unless its file says otherwise. */
export const SIZE_BOUNDS: Bounds = { least: 1, most: Number.POSITIVE_INFINITY };

/** How many elements a run finds. */
export const COUNT_BOUNDS: Bounds = { least: 0, most: Number.POSITIVE_INFINITY };

export function boundsOf(value: number): Bounds {
  return { least: value, most: value };
}

export function sumOfBounds(a: Bounds, b: Bounds): Bounds {
  return { least: a.least + b.least, most: a.most + b.most };
}

export function productOfBounds(a: Bounds, b: Bounds): Bounds {
  const corners = [times(a.least, b.least), times(a.least, b.most), times(a.most, b.least), times(a.most, b.most)];
  return { least: Math.min(...corners), most: Math.max(...corners) };
}

/** All that either holds. */
export function hull(a: Bounds, b: Bounds): Bounds {
  return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}

/** Of `a // b`; unbounded where the sign of the divisor is not known. */
export function quotientOfBounds(a: Bounds, b: Bounds): Bounds {
  if (b.least <= 0) return UNBOUNDED;
  const floor = (x: number, y: number) => (Number.isFinite(x) ? Math.floor(x / y) : x);
  return {
    least: floor(a.least, a.least < 0 ? b.least : b.most),
    most: floor(a.most, a.most < 0 ? b.most : b.least),
  };
}

/** Nothing of something without end is nothing: ends are limits, not numbers. */
function times(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : x * y;
}
