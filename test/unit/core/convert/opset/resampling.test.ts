/** Resize where an older opset has no such positions: beside onnxruntime's own. */
import { describe, expect, test } from 'vitest';
import { expectSame, refusals } from './stepping.ts';

const X = 'float[1,2,5,6] x => float[1,2,h,w] y';
const SCALES = 's = Constant <value = float[4] {1, 1, 1.6, 0.5}> ()';
const SIZES = 's = Constant <value_ints = [1, 2, 3, 11]> ()';

function positions(mode: string): string {
  return `mode = "${mode}", coordinate_transformation_mode`;
}

/** Attributes, whether scales (or sizes) are given, and the opsets. */
const ROWS: readonly (readonly [attributes: string, by: 'scales' | 'sizes', from: number, to: number])[] = [
  [`${positions('linear')} = "half_pixel"`, 'scales', 13, 10],
  [`${positions('linear')} = "half_pixel"`, 'sizes', 13, 9],
  [`${positions('linear')} = "pytorch_half_pixel"`, 'sizes', 13, 10],
  [`${positions('linear')} = "align_corners"`, 'sizes', 13, 10],
  [`${positions('linear')} = "half_pixel_symmetric"`, 'scales', 19, 18],
  [`${positions('linear')} = "half_pixel", antialias = 1`, 'sizes', 18, 17],
  [`${positions('cubic')} = "half_pixel"`, 'scales', 13, 10],
  [`${positions('cubic')} = "half_pixel", exclude_outside = 1, cubic_coeff_a = -0.5`, 'sizes', 13, 10],
  [`${positions('cubic')} = "asymmetric"`, 'scales', 13, 10],
  [`${positions('nearest')} = "half_pixel"`, 'scales', 13, 10],
  [`${positions('nearest')} = "asymmetric", nearest_mode = "ceil"`, 'scales', 13, 10],
  [`${positions('nearest')} = "half_pixel", nearest_mode = "round_prefer_ceil"`, 'sizes', 13, 10],
];

describe('sums of the places that a position lies between', () => {
  for (const [attributes, by, from, to] of ROWS)
    test(`${attributes} by ${by} from ${from} to ${to}`, async () => {
      const inputs = by === 'scales' ? 'x, , s' : 'x, , , s';
      const nodes = `${by === 'scales' ? SCALES : SIZES}\ny = Resize <${attributes}> (${inputs})`;
      const { graph } = await expectSame({ graph: X, nodes, from, to });
      expect([...graph.nodes].some(({ op }) => op === 'Resize')).toBe(false);
    });
});

test('a part that reaches beyond the input', async () => {
  const nodes = `r = Constant <value = float[8] {0, 0, 0.4, -0.3, 1, 1, 1.2, 0.8}> ()
    s = Constant <value_ints = [1, 2, 3, 4]> ()
    y = Resize <mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize", extrapolation_value = 10.0> (x, r, , s)`;
  await expectSame({ graph: X, nodes, from: 13, to: 10 });
});

test('the smaller of two scales keeps the aspect ratio', async () => {
  const nodes = `s = Constant <value_ints = [9, 9]> ()
    y = Resize <mode = "nearest", axes = [2, 3], keep_aspect_ratio_policy = "not_larger"> (x, , , s)`;
  await expectSame({ graph: X, nodes, from: 18, to: 17 });
});

test('many places for each result are a product with a matrix', async () => {
  const nodes = `s = Constant <value_ints = [1, 1, 1, 3]> ()
    y = Resize <mode = "linear", antialias = 1> (x, , , s)`;
  const { graph } = await expectSame({ graph: 'float[1,1,1,40] x => float[1,1,1,3] y', nodes, from: 18, to: 17 });
  expect([...graph.nodes].map(({ op }) => op)).toContain('MatMul');
});

test('corners of lengths that are cut off, and sizes that are not known, are refused', () => {
  const aligned = `${SCALES}\ny = Resize <${positions('linear')} = "align_corners"> (x, , s)`;
  const cut = { graph: 'float[1,2,5,5] x => float[1,2,h,w] y', nodes: aligned, from: 13, to: 10 };
  const open = { ...cut, graph: 'float[1,2,n,6] x => float[1,2,h,w] y' };
  expect([...refusals(cut), ...refusals(open)].map(({ message }) => message)).toEqual([
    'Resize needs opset 11: where its corners lie is not agreed on where the new length is cut off.',
    'Resize needs opset 11: the sizes of its input are not known.',
  ]);
});

/** A number that only a run knows to be 0. */
const AT_RUN = 'd = Sub (x, x)\nz = ReduceMax <keepdims = 0> (d)';

test.each([
  ['half_pixel_symmetric', 'scales', 'float[4] {1.0, 1.0, 1.6, 0.5}', 19, 18],
  ['half_pixel_symmetric', 'scales', 'float[4] {1.0, 1.0, 1.6, 0.5}', 19, 7],
  ['half_pixel', 'scales', 'float[4] {1.0, 1.0, 1.6, 0.7}', 13, 8],
  ['asymmetric', 'scales', 'float[4] {1.0, 1.0, 1.6, 0.7}', 13, 7],
  ['half_pixel', 'sizes', 'int64[4] {1, 2, 3, 11}', 13, 9],
])('linear, %s, by %s that are computed, as %s, from %i to %i', async (mode, by, list, from, to) => {
  const sum = by === 'sizes' ? 'zi = Cast <to = 7> (z)\ns = Add (c, zi)' : 's = Add (c, z)';
  const given = by === 'sizes' ? 'x, , , s' : 'x, , s';
  const attributes = `mode = "linear", coordinate_transformation_mode = "${mode}"`;
  const nodes = `c = Constant <value = ${list}> ()\n${AT_RUN}\n${sum}\ny = Resize <${attributes}> (${given})`;
  await expectSame({ graph: 'float[1,2,5,6] x => float[1,2,h,w] y', nodes, from, to });
});

test('corners of a length that is cut off while it runs are not agreed on', () => {
  const nodes = `c = Constant <value = float[4] {1.0, 1.0, 2.0, 2.0}> ()\n${AT_RUN}\ns = Add (c, z)
    y = Resize <mode = "cubic", coordinate_transformation_mode = "align_corners", antialias = 1> (x, , s)`;
  expect(refusals({ graph: X, nodes, from: 19, to: 17 }).map(({ message }) => message)).toEqual([
    'Resize needs opset 18: where its corners lie is not agreed on where the new length is cut off.',
  ]);
});
