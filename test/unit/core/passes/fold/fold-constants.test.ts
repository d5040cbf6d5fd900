import { expect, test } from 'vitest';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import { ComputedSource, Tensor } from '../../../../../src/core/ir/tensor.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import { mergeConstants } from '../../../../../src/core/passes/cleanup/tied.ts';
import { foldAllConstants, foldConstants } from '../../../../../src/core/passes/fold/fold-constants.ts';
import { inferTypes } from '../../../../../src/core/passes/fold/infer-types.ts';
import type { Pass } from '../../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';

function folding(text: string, prepare: (model: Model) => void = () => {}, pass: Pass = foldConstants) {
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 17]> ${text}`, 'test.onnxtxt');
  prepare(model);
  expect(inferModel(model)).toEqual([]);
  const { records, problems } = runPasses(model, [pass]);
  validateModel(model);
  const constants = Object.fromEntries(
    [...model.graph.initializers].map((value) => [
      value.name,
      value.dtype === 'int64' ? value.constant?.bigints().map(Number) : undefined,
    ]),
  );
  return {
    model,
    records,
    problems: problems.map(({ code }) => code),
    operators: [...model.graph.nodes].map((node) => node.op),
    constants,
  };
}

test('what follows from a known shape becomes a constant', () => {
  const { operators, constants, records } = folding(`g (float[2,3,4] x) => (float[?,?] y)
    <int64 one = {1}, int64[1] axis = {0}, int64[1] rest = {-1}> {
      s = Shape (x)
      n = Gather (s, one)
      u = Unsqueeze (n, axis)
      d = Concat <axis = 0> (u, rest)
      y = Reshape (x, d)
    }`);
  expect(operators).toEqual(['Reshape']);
  expect(constants).toEqual({ d: [3, -1] });
  expect(records.flatMap((each) => each.before)).toHaveLength(4);
});

test('a size that is a symbol stays; those beside it fold', () => {
  const { operators, constants } = folding(`g (float[n,3] x) => (int64 a, int64 b)
    <int64 zero = {0}, int64 one = {1}> {
      s = Shape (x)
      p = Gather (s, zero)
      q = Gather (s, one)
      a = Neg (p)
      r = Neg (q)
      b = Add (r, p)
    }`);
  expect(operators).toEqual(['Shape', 'Gather', 'Neg', 'Add']);
  expect(constants.r).toEqual([-3]);
});

test('INT64_MAX passes through unrounded', () => {
  const { model } = folding(`g (float[4] x) => (float[?] y)
    <int64 most = {9223372036854775807}, int64[1] axis = {0}, int64[1] start = {1}> {
      end = Unsqueeze (most, axis)
      y = Slice (x, start, end)
    }`);
  expect([...model.graph.nodes][0]?.input(2)?.constant?.bigints()).toEqual([9223372036854775807n]);
});

test('weights are never read', () => {
  const unread = new ComputedSource('computed', () => {
    throw new Error('somebody read the weights');
  });
  const { operators } = folding(
    `g (float[8,64] x) => (float[8,64] y) <float[64,64] w = {0}> {
      t = Transpose <perm = [1, 0]> (w)
      n = Neg (t)
      y = MatMul (x, n)
    }`.replace('= {0}', `= {${Array(4096).fill(0).join(',')}}`),
    (model) => {
      for (const value of model.graph.initializers) value.constant = new Tensor('float32', [64, 64], unread);
    },
  );
  expect(operators).toEqual(['Transpose', 'Neg', 'MatMul']);
});

test('the default of a graph input is not a constant, nor is what follows from it', () => {
  const { operators } = folding(`g (float[4] x, int64 k = {2}) => (float[4] y) <int64 one = {1}, int64[1] axis = {0}> {
      a = Add (k, one)
      b = Unsqueeze (a, axis)
      c = Tile (b, axis)
      f = Cast <to = 1> (c)
      y = Tile (x, b)
    }`);
  expect(operators).toContain('Add');
  expect(operators).toContain('Unsqueeze');
});

test('nothing is folded that would grow beyond a size', () => {
  const { operators } = folding(`g (float[1] x) => (float[100,100] y)
    <int64[2] big = {100, 100}, float one = {1}> { e = Expand (one, big) y = Add (x, e) }`);
  expect(operators).toEqual(['Expand', 'Add']);
});

test('a known graph output is made by a Constant of its name', () => {
  const { operators, model } = folding(`g (float[1] x) => (int64[2] z)
    <int64[2] a = {1, 2}> { b = Neg (a) z = Neg (b) }`);
  expect(operators).toEqual(['Constant']);
  expect(model.graph.outputs[0]?.name).toBe('z');
  expect(model.graph.initializers.size).toBe(0);
});

const simplifying = (text: string, prepare?: (model: Model) => void) => folding(text, prepare, foldAllConstants);

test('what would make the file larger stays, with a note; what leads to it does not', () => {
  const text = `g (float[1] x) => (float[2500,2500] y) <int64[1] k = {2500}, float one = {1}> {
      big = Concat <axis = 0> (k, k)
      e = Expand (one, big)
      t = Neg (e)
      y = Add (x, t)
    }`;
  const { operators, problems, constants } = simplifying(text);
  expect(operators).toEqual(['Expand', 'Neg', 'Add']);
  expect(constants).toHaveProperty('big', [2500, 2500]);
  expect(problems).toEqual(['constant-too-large']);
});

test('of equal constants one counts and is written', () => {
  // 2 MB each: more than there is room for.
  const count = 80;
  const lines = Array.from(
    { length: count },
    (_, k) => `w${k} = ConstantOfShape <value = float[1] {0.5}> (s) y${k} = MatMul (x, w${k})`,
  );
  const outputs = lines.map((_, k) => `y${k}`);
  const { operators, problems, model } = folding(
    `g (float[2,512] x) => (${outputs}) <int64[2] s = {512, 1024}> { ${lines.join(' ')} }`,
    undefined,
    foldAllConstants,
  );
  expect([new Set(operators), problems]).toEqual([new Set(['MatMul']), []]);
  runPasses(model, [mergeConstants]);
  expect([...model.graph.initializers].filter(({ useCount }) => useCount > 0)).toHaveLength(1);
});

test('what is computed of one weight in one way is written once, also through Identity', () => {
  let reads = 0;
  const shape = [1024, 256];
  const source = new ComputedSource('computed', () => {
    reads++;
    return new Uint8Array(Float32Array.from({ length: 2 ** 18 }, (_, k) => k).buffer);
  });
  const { operators, model } = folding(
    `g (float[8,256] x) => (a, b, c, d) <float[1] w = {0}> {
      v = Identity (w)
      p = Transpose <perm = [1, 0]> (w) a = MatMul (x, p)
      q = Transpose <perm = [1, 0]> (v) b = MatMul (x, q)
      r = Transpose (w) s = Neg (r) c = MatMul (x, s)
      t = Transpose <perm = [1, 0]> (v) u = Neg (t) d = MatMul (x, u) }`,
    ({ graph }) => {
      for (const value of graph.initializers) {
        value.constant = new Tensor('float32', shape, source);
        value.type = { kind: 'tensor', dtype: 'float32', shape };
      }
    },
    foldAllConstants,
  );
  runPasses(model, [mergeConstants]);
  expect([operators, reads]).toEqual([['MatMul', 'MatMul', 'MatMul', 'MatMul'], 0]);
  const weights = [...model.graph.nodes].map((node) => node.input(1)?.constant?.numbers().slice(1, 3));
  expect(weights).toEqual([
    [256, 512],
    [256, 512],
    [-256, -512],
    [-256, -512],
  ]);
  expect(new Set([...model.graph.nodes].map((node) => node.input(1))).size).toBe(3);
});

test('what is computed of equal constants in one way is written once, also before these are one', () => {
  const row = (last: number) => `{${[...new Array(299).keys(), last].join(', ')}}`;
  const { model } = folding(
    `g (float[2,300] x) => (a, b, c)
      <float[300,1] i = ${row(7)}, float[300,1] j = ${row(7)}, float[300,1] k = ${row(8)}, int64[2] s = {300, 512}> {
      p = Expand (i, s) a = MatMul (x, p)
      q = Expand (j, s) b = MatMul (x, q)
      r = Expand (k, s) c = MatMul (x, r) }`,
    undefined,
    foldAllConstants,
  );
  runPasses(model, [mergeConstants]);
  const [a, b, c] = [...model.graph.nodes].map((node) => node.input(1));
  expect([a === b, a === c]).toEqual([true, false]);
  expect(c?.constant?.numbers().slice(-1)).toEqual([8]);
});

test('equal fills of other types, shapes or numbers are not one', () => {
  const { model } = folding(
    `g (float[2,512] x) => (a, b, c) <int64[2] s = {512, 1024}, int64[2] t = {1024, 512}> {
      p = ConstantOfShape <value = float[1] {0.5}> (s) a = MatMul (x, p)
      q = ConstantOfShape (s) b = MatMul (x, q)
      r = ConstantOfShape <value = float[1] {0.5}> (t) c = MatMul (a, r) }`,
    undefined,
    foldAllConstants,
  );
  runPasses(model, [mergeConstants]);
  const left = [...model.graph.initializers].filter(({ useCount }) => useCount > 0);
  expect(left.map(({ constant }) => [constant?.shape, constant?.numbers()[0]])).toEqual([
    [[1024, 512], 0.5],
    [[512, 1024], 0],
    [[512, 1024], 0.5],
  ]);
});

test.each<readonly [weights: number, bytes: number, folds: boolean]>([
  // A quarter of a megabyte beside few weights, two per cent of many.
  [1, 2 ** 18, true],
  [1, 2 ** 18 + 64, false],
  [20 * 2 ** 20, 2 ** 18 + 64, true],
  [20 * 2 ** 20, 0.02 * 20 * 2 ** 20 + 64, false],
])('beside weights of %i bytes what has %i may be computed: %s', (weights, bytes, folds) => {
  const { operators } = simplifying(
    `g (float[1] x) => (y, z) <float[1] w = {0}, float one = {1}, int64[1] k = {${Math.floor(bytes / 4)}}> {
      e = Expand (one, k) y = Add (x, e) z = Mul (x, w) }`,
    ({ graph }) => {
      const shape = [Math.ceil(weights / 4)];
      for (const value of graph.initializers) {
        if (value.name !== 'w') continue;
        value.constant = new Tensor('float32', shape, new ComputedSource('computed', () => new Uint8Array(weights)));
        value.type = { kind: 'tensor', dtype: 'float32', shape };
      }
    },
  );
  expect(operators).toEqual(folds ? ['Add', 'Mul'] : ['Expand', 'Add', 'Mul']);
});

test('of tables that come out the same one counts', () => {
  const sum = (last: string) =>
    simplifying(`g (float[200,200] x) => (y) <int64[2] s = {200, 200}, float one = {1}, float minus = {-1}, float two = {2}> {
      p = Expand (one, s) v = Add (x, p) e = Expand (minus, s) q = ${last} y = Add (v, q) }`).operators;
  expect(sum('Neg (e)')).toEqual(['Add', 'Add']);
  expect(sum('Mul (e, two)')).toEqual(['Expand', 'Add', 'Add']);
});

test('weights may make a file larger than other constants, 16 MB by one at most', () => {
  const weight = (rows: number) =>
    simplifying(`g (float[1,${rows}] x) => (y) <int64[2] s = {${rows}, 1024}> {
      w = ConstantOfShape <value = float[1] {0.5}> (s) y = MatMul (x, w) }`).operators;
  expect(weight(4096)).toEqual(['MatMul']);
  expect(weight(4097)).toEqual(['ConstantOfShape', 'MatMul']);
});

test('what stands between is never stored: only the end of a chain counts', () => {
  const { operators, problems, model } = simplifying(`g (float[1] x) => (float[1] y)
    <int64[2] big = {1000, 1000}, float one = {1}> {
      e = Expand (one, big)
      s = ReduceSum <keepdims = 0> (e)
      y = Add (x, s)
    }`);
  expect([operators, problems]).toEqual([['Add'], []]);
  expect([...model.graph.initializers].map((each) => each.constant?.numbers())).toEqual([[1e6]]);
});

test('a large weight is moved while the file is written, and not read before', () => {
  let reads = 0;
  const source = new ComputedSource('computed', () => {
    reads++;
    return new Uint8Array(Float32Array.from({ length: 2 ** 18 }, (_, k) => k).buffer);
  });
  const { operators, model } = simplifying(
    'g (float[8,256] x) => (float[8,1024] y) <float[1024,256] w = {0}> { t = Transpose (w) y = MatMul (x, t) }'.replace(
      'float[1024,256] w = {0}',
      'float[1] w = {0}',
    ),
    (model) => {
      for (const value of model.graph.initializers) {
        value.constant = new Tensor('float32', [1024, 256], source);
        value.type = { kind: 'tensor', dtype: 'float32', shape: [1024, 256] };
      }
    },
  );
  expect([operators, reads]).toEqual([['MatMul'], 0]);
  const [weight] = model.graph.initializers;
  expect(weight?.constant?.numbers().slice(0, 3)).toEqual([0, 256, 512]);
  expect(reads).toBe(1);
});

test('a weight that others read too is not stored twice', () => {
  const shape = [1, 5 * 2 ** 20];
  const weight = new Tensor('float32', shape, new ComputedSource('computed', () => new Uint8Array(20 * 2 ** 20)));
  const { operators } = simplifying(
    `g (float[${shape}] x) => (y, z) <float[1] w = {0}> { t = Neg (w) y = Add (x, t) z = Add (x, w) }`,
    ({ graph }) => {
      for (const value of graph.initializers) {
        value.constant = weight;
        value.type = { kind: 'tensor', dtype: 'float32', shape };
      }
    },
  );
  expect(operators).toEqual(['Neg', 'Add', 'Add']);
});

test('weights become their halves where only those are read', () => {
  const weights = Array(2 ** 17).fill(1);
  const { operators } = simplifying(`g (float16[1,${weights.length}] x) => (float16[1,${weights.length}] y)
    <float[1,${weights.length}] w = {${weights}}> { h = Cast <to = 10> (w) y = Add (x, h) }`);
  expect(operators).toEqual(['Add']);
});

test('operators of chance and of other domains stay, and so does what reads defaults', () => {
  const { operators } = simplifying(`g (float[2] x, int64[1] k = {2}) => (float[2] y)
    <int64[1] n = {2}, float[2] c = {1, 2}> {
      r = RandomNormal <shape = [2]> ()
      b = Bernoulli (c)
      d = Neg (k)
      e = Cast <to = 1> (d)
      s = Sum (x, r, b, e)
      y = Identity (s)
    }`);
  expect(operators).toEqual(['RandomNormal', 'Bernoulli', 'Neg', 'Cast', 'Sum', 'Identity']);
});

test('in a branch constants of the graphs around are folded, too', () => {
  const { model } = simplifying(`g (bool c) => (float[1] y) <float[1] w = {2}> {
      y = If (c) <then_branch = a () => (float[1] p) { t = Neg (w) p = Neg (t) }, else_branch = b () => (float[1] q) { q = Neg (w) }>
    }`);
  const [branch] = [...model.graph.nodes][0]?.subgraphs() ?? [];
  expect([...(branch?.nodes ?? [])].map((node) => node.op)).toEqual(['Constant']);
});

test('Split gives its pieces', () => {
  const { constants } = folding(`g (float[9] x) => (float[?] y, float[?] z) <int64[2] a = {3, 4}, int64[1] w = {0}> {
      p, q = Split <axis = 0> (a)
      y = Slice (x, w, p)
      z = Slice (x, w, q)
    }`);
  expect(constants).toEqual({ p: [3], q: [4], w: [0] });
});

test('sizes that a file declares of values in between are not believed where somebody doubts them', () => {
  const unknown = (doubts: boolean) => {
    const text = `<ir_version: 8, opset_import: ["" : 17]> g (float[k] x, int64[1] n) => (int64[1] y)
      <float[9] t> { t = Reshape (x, n) y = Shape (t) }`;
    const model = parseModel(text, 'test.onnxtxt');
    runPasses(model, [inferTypes, foldAllConstants], { doubts });
    return [...model.graph.nodes].map((node) => `${node.op} ${node.output().shape}`).join(', ');
  };
  expect(unknown(true)).toBe('Reshape 9, Shape 1');
  expect(unknown(false)).toBe('Constant 1');
});
