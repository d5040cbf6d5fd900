import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { model as modelOf } from '../../../text-model.ts';
import { becomes, missesOf, nodesOf, ruleOf, sameNumbers } from './support.ts';

const GEMM = ruleOf(`
  t = MatMul (x, w)
  y = Add (t, b)
  where rank(x) == 2, rank(w) == 2, broadcasts(b, y)
  => y = Gemm (x, w, b)`);

const linear = (x: string, w: string, b: string, more = '') =>
  `g (float${x} x) => (float y${more === '' ? '' : ', float z'}) <float${w} w = {1,2,3,4,5,6}, float${b} b = {1,2}> {
    t = MatMul (x, w)
    y = Add (b, t)
    ${more}
  }`;

test('many become one, in either order where the operator commutes', async () => {
  expect(await sameNumbers(GEMM, linear('[4,3]', '[3,2]', '[2]'))).toEqual(['y = Gemm (x, w, b)']);
});

describe('what nearly fits says why not', () => {
  test('a condition', () => {
    expect(missesOf(GEMM, linear('[5,4,3]', '[3,2]', '[2]'), 'y')).toEqual([
      '`x` has rank 3; the rule wants rank(x) == 2',
    ]);
  });

  test('something that is not known', () => {
    const text = 'g (float[] x, float[3,2] w, float[2] b) => (float y) { t = MatMul (x, w) y = Add (t, b) }';
    expect(missesOf(GEMM, text, 'y')).toEqual(['the rank of x is not known; the rule wants rank(x) == 2']);
  });

  test('another operator in its place, told at any node of the pattern', () => {
    const text = 'g (float[4,3] x, float[3] b) => (float y) { t = Relu (x) y = Add (t, b) }';
    expect(missesOf(GEMM, text, 'y')).toEqual(['t, input 0 of Add, is made by Relu, the rule wants MatMul']);
    expect(missesOf(GEMM, linear('[5,4,3]', '[3,2]', '[2]'), 't')).toEqual([
      '`x` has rank 3; the rule wants rank(x) == 2',
    ]);
  });

  test('an inner value that others read', () => {
    const text = linear('[4,3]', '[3,2]', '[2]', 'z = Relu (t)');
    expect(missesOf(GEMM, text, 'y')).toEqual(['t is also read by Relu']);
    expect(becomes(GEMM, text)).toHaveLength(3);
  });

  test('an inner value that is an output, or that a subgraph reads', () => {
    const output =
      'g (float[4,3] x, float[3,2] w, float[2] b) => (float y, float t) { t = MatMul (x, w) y = Add (t, b) }';
    expect(missesOf(GEMM, output, 'y')).toEqual(['t is also read by an output of the graph']);
    const inner = `g (bool c, float[4,3] x, float[3,2] w, float[2] b) => (float y, float z) {
      t = MatMul (x, w)
      y = Add (t, b)
      z = If (c) <then_branch = p () => (q) { q = Neg (t) }, else_branch = r () => (s) { s = Exp (x) }>
    }`;
    expect(missesOf(GEMM, inner, 'y')).toEqual(['t is also read by Neg']);
  });

  test('attributes, constants and inputs too many', () => {
    const rule = ruleOf('t = Transpose <perm = [0, 2, 1]> (x) y = Mul (t, 0.5) => y = Relu (x)');
    const text = (perm: string, by: string) =>
      `g (float[2,3,4] x) => (float y) <float k = {${by}}> { t = Transpose <perm = [${perm}]> (x) y = Mul (t, k) }`;
    expect(missesOf(rule, text('0,1,2', '0.5'), 'y')).toEqual([
      'Transpose has perm = [0, 1, 2], the rule wants [0, 2, 1]',
    ]);
    const constant = ruleOf('y = Mul (x, 0.5) => y = Relu (x)');
    expect(missesOf(constant, text('0,1,2', '0.25'), 'y')).toEqual(['k, input 1 of Mul, is 0.25, the rule wants 0.5']);
    const clip = ruleOf('y = Clip (x, 0.0) => y = Relu (x)');
    expect(missesOf(clip, 'g (float[2] x, float m) => (float y) <float k = {0}> { y = Clip (x, k, m) }', 'y')).toEqual([
      'Clip has an input 2, which the rule does not take',
    ]);
  });

  test('an attribute of which the rule says nothing', () => {
    const rule = ruleOf('y = Gemm (x, w) => y = MatMul (x, w)', { opsets: { from: 11 } });
    const text = (attributes: string) =>
      `g (float[2,2] x, float[2,2] w) => (float[2,2] y) { y = Gemm <${attributes}> (x, w) }`;
    expect(missesOf(rule, text('transB = 1'), 'y')).toEqual(['Gemm has transB = 1, of which the rule says nothing']);
    expect(becomes(rule, text('transB = 0, alpha = 1.0'))).toEqual(['y = MatMul (x, w)']);
  });

  test('an operator that the opset does not have, a type that it does not take', () => {
    const gelu = ruleOf('y = Relu (x) => y = Gelu (x)');
    const old = '<ir_version: 8, opset_import: ["" : 17]> g (float[2] x) => (float[2] y) { y = Relu (x) }';
    expect(missesOf(gelu, old, 'y')).toEqual(['opset 17 has no operator Gelu']);
    const ints = 'g (int32[2] x) => (int32[2] y) { y = Relu (x) }';
    expect(missesOf(gelu, ints, 'y')).toEqual(['Gelu of this opset takes no int32 for its input X']);
  });
});

test('constants fit but for rounding to 32 bits, at one element of any rank that their neighbour has', () => {
  const half = ruleOf('y = Mul (x, sqrt(2)) => y = Relu (x)');
  const text = (type: string, number: string, x = '[2,3]') =>
    `g (float${x} x) => (float y) <${type} k = {${number}}> { y = Mul (k, x) }`;
  expect(becomes(half, text('float', '1.41421354'))).toEqual(['y = Relu (x)']);
  expect(becomes(half, text('float[1,1]', '1.41421354'))).toEqual(['y = Relu (x)']);
  // The result would have three axes, not two.
  expect(becomes(half, text('float[1,1,1]', '1.41421354'))).toEqual(['y = Mul (k, x)']);
  expect(becomes(half, text('float', '1.414'))).toEqual(['y = Mul (k, x)']);
  expect(becomes(half, text('float[2]', '1.41421354, 1.41421354', '[3,2]'))).toEqual(['y = Mul (k, x)']);
});

test('a name that stands twice is one value', () => {
  const swish = ruleOf('y = Mul (x, Sigmoid (x)) => y = com.acme.Swish (x)');
  expect(becomes(swish, 'g (float[2] x) => (float[2] y) { t = Sigmoid (x) y = Mul (t, x) }')).toEqual([
    'y = com.acme.Swish (x)',
  ]);
  const other = 'g (float[2] x, float[2] z) => (float[2] y) { t = Sigmoid (x) y = Mul (t, z) }';
  expect(becomes(swish, other)).toHaveLength(2);
});

test('attributes are captured, computed and handed on', async () => {
  const rule = ruleOf(`
    t = Transpose <perm = p> (x)
    y = Transpose <perm = q> (t)
    where length(p) == length(q)
    => y = Transpose <perm = [p[q[0]], p[q[1]], p[q[2]]]> (x)`);
  const text = `g (float[2,3,4] x) => (float[4,2,3] y) {
    t = Transpose <perm = [0,2,1]> (x)
    y = Transpose <perm = [1,0,2]> (t)
  }`;
  expect(await sameNumbers(rule, text)).toEqual(['y = Transpose <perm = [2, 0, 1]> (x)']);
});

test('all other attributes are captured at once; those of the rule go before', () => {
  const rule = ruleOf('y = Conv <...others> (x, w) => y = com.acme.Conv <...others, fast = 1> (x, w)');
  const text = `g (float[1,1,4,4] x, float[1,1,2,2] w) => (float y) { y = Conv <strides = [2,2], group = 1> (x, w) }`;
  expect(becomes(rule, text)).toEqual(['y = com.acme.Conv <fast = 1, strides = [2, 2], group = 1> (x, w)']);
});

test('an attribute that is left out is its default, or what the rule says', () => {
  const leaky = ruleOf('y = LeakyRelu <alpha = a> (x) => y = com.acme.Leaky <slope = a> (x)');
  expect(becomes(leaky, 'g (float[2] x) => (float[2] y) { y = LeakyRelu (x) }')).toEqual([
    'y = com.acme.Leaky <slope = 0.01> (x)',
  ]);
  const own = ruleOf('y = com.acme.Leaky <slope = s or 0.5> (x) => y = LeakyRelu <alpha = s> (x)');
  expect(
    becomes(
      own,
      '<ir_version: 10, opset_import: ["" : 22, "com.acme": 1]> g (float[2] x) => (float[2] y) { y = com.acme.Leaky (x) }',
    ),
  ).toEqual(['y = LeakyRelu <alpha = 0.5> (x)']);
});

test('optional inputs and inputs of any number', () => {
  const conv = ruleOf('y = Conv <...a> (x, w, b?) => y = com.acme.Conv <...a> (x, w, b)');
  const model = (b: string) =>
    `g (float[1,1,4,4] x, float[1,1,2,2] w, float[1] b) => (float y) { y = Conv (x, w${b}) }`;
  expect(becomes(conv, model(''))).toEqual(['y = com.acme.Conv (x, w)']);
  expect(becomes(conv, model(', b'))).toEqual(['y = com.acme.Conv (x, w, b)']);
  const concat = ruleOf(
    'y = Concat <axis = a> (first, xs...) where count(xs) >= 1 => y = com.acme.Join <along = a> (first, xs...)',
  );
  expect(
    becomes(concat, 'g (float[1] p, float[1] q, float[1] r) => (float[3] y) { y = Concat <axis = 0> (p, q, r) }'),
  ).toEqual(['y = com.acme.Join <along = 0> (p, q, r)']);
  expect(becomes(concat, 'g (float[1] p) => (float[1] y) { y = Concat <axis = 0> (p) }')).toEqual([
    'y = Concat <axis = 0> (p)',
  ]);
});

test('alternatives of operators and of whole patterns', () => {
  const bounded = ruleOf('t = Relu | Sigmoid (x) y = Abs (t) => y = same t (x)');
  expect(becomes(bounded, 'g (float[2] x) => (float[2] y) { t = Sigmoid (x) y = Abs (t) }')).toEqual([
    'y = Sigmoid (x)',
  ]);
  const gone = ruleOf('y = Neg (Neg (x)) or y = Reciprocal (Reciprocal (x)) => y = Identity (x)');
  for (const op of ['Neg', 'Reciprocal']) {
    expect(becomes(gone, `g (float[2] x) => (float[2] y) { t = ${op} (x) y = ${op} (t) }`)).toEqual([
      'y = Identity (x)',
    ]);
  }
});

test('outputs that the rule does not name must not be read; those it names are all replaced', () => {
  const first = ruleOf('y, _ = Split <axis = 0> (x) => y = com.acme.Half (x)', { opsets: { from: 18 } });
  const text = (reader: string) =>
    `g (float[4] x) => (float y, float z) { a, b = Split <axis = 0> (x) y = Relu (a) z = Relu (${reader}) }`;
  // The attribute num_outputs is missing on purpose: two outputs say it.
  expect(becomes(first, text('a'))[0]).toBe('a = com.acme.Half (x)');
  expect(becomes(first, text('b'))[0]).toContain('Split');
});

test('an inner value that others read stays, where the replacement makes it anew', () => {
  const rule = ruleOf('t = Relu (x) y = Relu (t) => t = Relu (x) y = t');
  const text = 'g (float[2] x) => (float y, float z) { t = Relu (x) z = Neg (t) u = Relu (t) y = Exp (u) }';
  expect(becomes(rule, text)).toEqual(['u = Relu (x)', 'z = Neg (u)', 'y = Exp (u)']);
  // Each output of the graph keeps its name.
  const outputs = 'g (float[2] x) => (float[2] t, float[2] y) { t = Relu (x) y = Relu (t) }';
  expect(becomes(rule, outputs)).toEqual(['t = Relu (x)', 'y = Identity (t)']);
});

test('a value in the place of the last keeps the names of graph outputs', () => {
  const none = ruleOf('y = Neg (Neg (x)) => y = x');
  expect(becomes(none, 'g (float[2] x) => (float[2] y) { t = Neg (x) y = Neg (t) }')).toEqual(['y = Identity (x)']);
  const inner = 'g (float[2] x) => (float[2] y) { t = Neg (x) u = Neg (t) y = Exp (u) }';
  expect(becomes(none, inner)).toEqual(['y = Exp (x)']);
});

test('constants are computed when the rule is applied', async () => {
  const rule = ruleOf(`
    y = Div (x, c) where constant(c), elements(c) == 2
    => const r = Div (1.0, c)
       y = Mul (x, r)`);
  const text = 'g (float[3,2] x) => (float[3,2] y) <float[2] c = {2, 4}> { y = Div (x, c) }';
  expect(await sameNumbers(rule, text)).toHaveLength(1);
});

test('lists become constants of the type that the operator takes', async () => {
  const rule = ruleOf('y = Flatten <axis = 1> (x) where dim(x, 0) == 2 => y = Reshape (x, [2, -1])');
  expect(await sameNumbers(rule, 'g (float[2,3,4] x) => (float[2,12] y) { y = Flatten (x) }')).toHaveLength(1);
});

test('what is only said of a model is not taken for proved', () => {
  // The sizes are open: they may or may not be equal.
  const square = ruleOf('y = Transpose <...> (x) where dim(x, 0) == dim(x, 1) => y = Identity (x)');
  const text = (type: string) => `g (float${type} x) => (float y) { y = Transpose <perm = [1,0]> (x) }`;
  expect(becomes(square, text('[n,m]'))).toEqual(['y = Transpose <perm = [1, 0]> (x)']);
  expect(becomes(square, text('[n,n]'))).toEqual(['y = Identity (x)']);
});

test('a result of another type than before stops a rule', () => {
  const rule = ruleOf('y = Relu (x) => y = Shape (x)');
  expect(missesOf(rule, 'g (float[2] x) => (float[2] y) { y = Relu (x) }', 'y')).toEqual([
    'the result would be int64[1], not float32[2]',
  ]);
});

test('origins and names are handed on', () => {
  expect(becomes(GEMM, linear('[4,3]', '[3,2]', '[2]'))).toEqual(['y = Gemm (x, w, b)']);
});

test('a node of the graph around is no node of the pattern', () => {
  const rule = ruleOf('y = Neg (Neg (x)) => y = Identity (x)');
  const text = `g (bool c, float[2] x) => (float[2] z) {
    t = Neg (x)
    z = If (c) <then_branch = p () => (q) { q = Neg (t) }, else_branch = r () => (s) { s = Exp (t) }>
  }`;
  expect(becomes(rule, text)).toHaveLength(2);
});

test('what text cannot say is a function', async () => {
  const rule = ruleOf('y = Mul (x, c) where constant(c) => y = Div (x, inverted)', {
    make: {
      names: ['inverted'],
      from: (match) => {
        const constant = match.value('c')?.constant;
        if (!constant?.numbers().every((each) => each !== 0)) return 'it would divide by 0';
        return {
          inverted: Tensor.of(
            'float32',
            constant.shape,
            constant.numbers().map((each) => 1 / each),
          ),
        };
      },
    },
  });
  const text = (c: string) => `g (float[3,2] x) => (float[3,2] y) <float[2] c = {${c}}> { y = Mul (x, c) }`;
  expect(await sameNumbers(rule, text('2, 4'))).toEqual(['y = Div (x, y_inverted)']);
  expect(missesOf(rule, text('2, 0'), 'y')).toEqual(['it would divide by 0']);
});

test('a rule waits for an operator that another rule makes', () => {
  const makesAbs = ruleOf(`y = Neg (x)
    => y = Abs (x)`);
  const wantsAbs = ruleOf(
    `t = Abs (x)
     y = Relu (t)
     => y = Abs (x)`,
    { name: 'wants-abs' },
  );
  const model = modelOf('g (float[2] x) => (float[2] y) { a = Neg (x) b = Relu (a) y = Relu (b) }');
  // Offered each place before what makes its operator: it must be offered it again.
  const { passes } = runPasses(model, [wantsAbs, makesAbs]);
  expect(passes.map(({ pass, applications }) => [pass, applications])).toEqual([
    ['tested', 1],
    ['wants-abs', 2],
  ]);
  expect(nodesOf(model)).toEqual(['y = Abs (x)']);
});

test('a rule is not tried where the graph lacks an operator of it', () => {
  const rule = ruleOf(`a = Abs | Neg (x)
    y = Relu (a)
    or
    y = Relu (Sqrt (x))
    => y = Abs (x)`);
  expect(rule.roots).toEqual(['Relu']);
  const possible = (...operators: string[]) => rule.possible?.(new Set(operators));
  expect([possible('Relu'), possible('Abs'), possible('Relu', 'Neg'), possible('Sqrt', 'Relu')]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
