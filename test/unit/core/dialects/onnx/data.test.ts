import { expect, test } from 'vitest';
import { constantOf, dataOf } from '../../../../../src/core/dialects/onnx/data.ts';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Value } from '../../../../../src/core/ir/value.ts';
import { cpuTime } from '../../../cpu-time.ts';

function outputOf(inputs: string, body: string, infer = true): Value {
  const text = `<ir_version: 10, opset_import: ["" : 22]> g (${inputs}) => (int64 y) { ${body} }`;
  const model = parseModel(text, 'case.onnxtxt');
  if (infer) inferModel(model);
  const [output] = model.graph.outputs;
  if (!output) throw new Error('one output');
  return output;
}

const C = (name: string, values: string) => `${name} = Constant <value_ints = [${values}]> ()\n`;

/** Rows: inputs, nodes, and the elements of y as far as they are known. */
test.each([
  ['float[N,3] x', 'y = Shape (x)', 'N 3'],
  ['float[N,3] x', `${C('i', '0')}s = Shape (x) y = Gather (s, i)`, 'N'],
  ['float[N,3] x', `s = Shape (x) ${C('k', '2, 2')}y = Mul (s, k)`, '2*N 6'],
  ['float[N,3] x', `s = Shape (x) ${C('k', '2')}y = Div (s, k)`, 'floordiv(N, 2) 1'],
  ['float[N,3] x', `s = Shape (x) ${C('k', '2')}y = Mod (s, k)`, 'N - 2*floordiv(N, 2) 1'],
  ['float[N,3] x', 'y = Size (x)', '3*N'],
  ['float[N,3] x', `s = Shape (x) ${C('a', '1')}${C('b', '2')}y = Slice (s, a, b)`, '3'],
  [
    'float[4,3] x',
    `s = Shape (x) ${C('a', '-1')}${C('b', '-9')}${C('c', '0')}${C('d', '-1')}y = Slice (s, a, b, c, d)`,
    '3 4',
  ],
  // Paddings as torch.onnx writes them: the last axis first, then turned around.
  [
    'float[N,3] x',
    `s = Shape (x) ${C('p', '5, 6')}${C('r', '-1, 2')}${C('m', '-1')}${C('e', '-9223372036854775807')}${C('z', '0')}
     c = Concat <axis = 0> (s, p) t = Reshape (c, r) v = Slice (t, m, e, z, m)
     w = Transpose <perm = [1, 0]> (v) y = Reshape (w, m)`,
    '5 N 6 3',
  ],
  [
    'float[4] x',
    `${C('a', '1, 2, 3, 4, 5, 6')}${C('r', '2, 3')}${C('f', '0, 1')}${C('e', '9, -1')}${C('m', '-1')}
     t = Reshape (a, r) v = Slice (t, f, e) y = Reshape (v, m)`,
    '2 5',
  ],
  ['float[N,3] x, int64[1] q', 's = Shape (x) y = Concat <axis = 0> (s, q, s)', 'N 3 ? N 3'],
  ['float[N,3] x', 's = Shape (x) y, r = Split <num_outputs = 2> (s)', 'N'],
  ['float[4,3] x', `s = Shape (x) ${C('k', '4, 5')}e = Equal (s, k) y = Cast <to = 7> (e)`, '1 0'],
  ['float[4] x', `${C('s', '2, 2')}y = ConstantOfShape <value = int64[1] {7}> (s)`, '7 7 7 7'],
  ['float[4] x', `${C('a', '7, -7')}${C('b', '2')}y = Div (a, b)`, '3 -3'],
  ['float[4] x', `${C('a', '7, -7')}${C('b', '4')}y = Mod (a, b)`, '3 1'],
  ['float[4] x', `${C('a', '7, -7')}${C('b', '4')}y = Mod <fmod = 1> (a, b)`, '3 -3'],
  ['float[N,3] x', `s = Shape (x) ${C('i', '0')}${C('k', '7')}y = ScatterElements (s, i, k)`, '7 3'],
  [
    'float[N,3] x',
    `s = Shape (x) i = Constant <value = int64[1,1] {-1}> () ${C('k', '7')}y = ScatterND (s, i, k)`,
    'N 7',
  ],
  ['float[N,3] x', `s = Shape (x) ${C('i', '1, 0')}y = GatherElements (s, i)`, '3 N'],
  ['float[N,3] x', 's = Shape (x) a = Constant <value_int = 0> () y = CumSum (s, a)', 'N N + 3'],
  ['float[N,3] x', 's = Shape (x) a = Constant <value_int = 2> () y = Clip (s, a)', 'max(N, 2) 3'],
  ['float[N,3] x, int64 t', 's = Shape (x) y = CastLike (s, t)', 'N 3'],
  [
    'float[N,3] x',
    'a = Shape <end = 1> (x) b = Shape <start = 1> (x) q = SequenceConstruct (a, b) y = ConcatFromSequence <axis = 0> (q)',
    'N 3',
  ],
  [
    'float[N,3] x',
    'a = Size (x) b = Constant <value_int = 4> () q = SequenceConstruct (a, b) y = ConcatFromSequence <axis = 0, new_axis = 1> (q)',
    '3*N 4',
  ],
  [
    'float[N,3] x',
    'a = Shape <end = 1> (x) b = Shape <start = 1> (x) q = SequenceConstruct (a, b) i = Constant <value_int = -1> () y = SequenceAt (q, i)',
    '3',
  ],
  [
    'float[N,3] x, bool c',
    's = Shape (x) y = If (c) <then_branch = a () => (p) { p = Identity (s) }, else_branch = b () => (q) { q = Constant <value_ints = [5, 3]> () }>',
    '? 3',
  ],
  ['float[4] x', 'a = Constant <value_floats = [0.5, 1.5, -2.5]> () y = Round (a)', '0 2 -2'],
  ['float[4] x', 'y = Constant <value_floats = [0.5]> ()', '0.5'],
  ['float[4] x', `${C('a', '9223372036854775807')}${C('b', '1')}y = Add (a, b)`, '?'],
])('%s: %s', (inputs, body, elements) => {
  const text = dataOf(outputOf(inputs, body))?.elements.map((dim) => (dim === undefined ? '?' : String(dim)));
  expect(text?.join(' ')).toBe(elements);
});

test('what grows without end is unknown in the end, and quickly', () => {
  const chain = Array.from({ length: 3000 }, (_, k) => `s${k + 1} = Concat <axis = 0> (s${k}, a${k % 7})`).join(' ');
  const inputs = `float[N] s0, ${Array.from({ length: 7 }, (_, k) => `float[M${k}] a${k}`).join(', ')}`;
  const product = Array.from(
    { length: 40 },
    (_, k) => `b${k} = Add (b${k === 0 ? 'X' : k - 1}, t) c${k} = Mul (b${k}, ${k === 0 ? 't' : `c${k - 1}`})`,
  );
  const started = cpuTime();
  outputOf(inputs, `${chain} t = Shape (s0) bX = Shape (a0) ${product.join(' ')} y = Neg (c39)`);
  const wide = Array.from({ length: 60 }, (_, k) => `A${k}`);
  const sums = `p = Concat <axis = -1> (x, z) y = Size (p) `;
  outputOf(`float[${wide}] x, float[${wide}] z`, sums);
  expect(cpuTime() - started).toBeLessThan(5000);
});

test('a product that doubles do not hold is unknown', () => {
  const big = 2 ** 40;
  expect(dataOf(outputOf(`float[${big},${big}] x`, 'y = Size (x)'))?.elements).toEqual([undefined]);
  const y = outputOf(`float[${big},${big},N] x`, `${C('s', '-1, 7')}r = Reshape (x, s) y = Shape (r)`);
  expect(dataOf(y)?.elements).toEqual([undefined, 7]);
});

test('elements are known where inference has not come by', () => {
  const y = outputOf('float[4,3] x', `${C('i', '-1')}s = Shape (x) y = Gather (s, i)`, false);
  expect(constantOf(y)?.bigints()).toEqual([3n]);
});

test('constants keep all 64 bits', () => {
  const y = outputOf('float[4] x', C('y', '9223372036854775807'));
  expect(constantOf(y)?.bigints()).toEqual([9223372036854775807n]);
});

test('a symbol is no constant, and large values are not read', () => {
  expect(constantOf(outputOf('float[N] x', 'y = Shape (x)'))).toBeUndefined();
  const y = outputOf('float[4] x', `${C('s', '2000')}y = ConstantOfShape <value = int64[1] {7}> (s)`);
  expect(dataOf(y)).toBeUndefined();
});
