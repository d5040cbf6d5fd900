/** Images whose rows and columns lie between those of another: which elements are mixed, and how. */
import { type Blob, blobOf, product } from './blob.ts';

const f = Math.fround;

export type Size = readonly [height: number, width: number];

/** Along one axis: the element before a place, and how far the place is towards the next. */
export type Place = (to: number) => readonly [element: number, part: number];

export function resampled(x: Blob, to: Size, rows: Place, columns: Place): Blob {
  const [, , height = 1, width = 1] = x.shape;
  const y = blobOf([...x.shape.slice(0, 2), ...to]);
  let at = 0;
  for (let plane = 0; plane < product(x.shape.slice(0, 2)); plane++) {
    const value = (row: number, column: number) =>
      x.data[(plane * height + Math.min(row, height - 1)) * width + Math.min(column, width - 1)] ?? 0;
    for (let oy = 0; oy < to[0]; oy++) {
      const [row, down] = rows(oy);
      for (let ox = 0; ox < to[1]; ox++) {
        const [column, right] = columns(ox);
        y.data[at++] =
          (1 - down) * ((1 - right) * value(row, column) + right * value(row, column + 1)) +
          down * ((1 - right) * value(row + 1, column) + right * value(row + 1, column + 1));
      }
    }
  }
  return y;
}

/** The first and last elements keep their places. */
export function cornered(from: number, to: number): Place {
  const ratio = to > 1 ? f((from - 1) / (to - 1)) : 0;
  return (k) => {
    const place = f(ratio * k);
    return [Math.trunc(place), place - Math.trunc(place)];
  };
}

/** The borders of the image keep their places. */
export function centred(from: number, to: number): Place {
  return (k) => {
    const place = Math.min(Math.max(f(((k + 0.5) * from) / to - 0.5), 0), from - 1);
    return [Math.trunc(place), place - Math.trunc(place)];
  };
}

/** The nearest element before. */
export function floored(from: number, to: number): Place {
  const ratio = to > 1 ? f(from / to) : 0;
  return (k) => [Math.trunc(f(ratio * k)), 0];
}

/** The nearest element where first and last keep their places. */
export function nearestCornered(from: number, to: number): Place {
  if (to < 2) throw new Error('a size of 1 has no two corners');
  const ratio = f((from - 1) / (to - 1));
  return (k) => [Math.floor(f(k * ratio) + 0.5), 0];
}

export function sizeOf({ shape }: Blob): Size {
  return [shape[2] ?? 1, shape[3] ?? 1];
}
