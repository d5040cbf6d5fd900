/** Models at the edge of what is right: each is simplified as a whole, and gives what it gave. */
import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { MemoryBytes } from '../../../../src/core/ir/bytes.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import type { Tensor } from '../../../../src/core/ir/tensor.ts';
import { typeText } from '../../../../src/core/ir/type.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../../src/core/passes/simplification.ts';
import { randomInputs } from '../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';

interface Odd {
  readonly text: string;
  /** Operators of the graph that is left. */
  readonly gives: string;
  readonly opset?: number;
  readonly ir?: number;
}

/** Without the header of a model. */
function read({ text, opset = 17, ir = 8 }: Odd): Model {
  const whole = `<ir_version: ${ir}, opset_import: ["" : ${opset}, "com.acme" : 1]> ${text}`;
  // Through the file: that is how models come.
  return readOnnx(new MemoryBytes('odd.onnx', encodeOnnx(parseModel(whole, 'odd.onnxtxt'))));
}

function simplify(model: Model): string {
  const { settled } = runPasses(model, SIMPLIFICATION, { untilStable: true, doubts: true });
  expect(settled).toBe(true);
  return [...model.graph.nodes].map((node) => node.operator).join(' ');
}

function elements(outputs: ReadonlyMap<string, Tensor>): unknown {
  return [...outputs].map(([name, tensor]) => [name, tensor.dtype, tensor.shape, tensor.numbers()]);
}

async function keepsNumbers(odd: Odd): Promise<void> {
  const model = read(odd);
  const inputs = randomInputs(model.graph, { seed: 5 });
  const wanted = await runModel(encodeOnnx(model), inputs);
  expect(simplify(model)).toBe(odd.gives);
  expect(elements(await runModel(encodeOnnx(model), inputs))).toEqual(elements(wanted));
}

function testEach(cases: Readonly<Record<string, Odd>>, work: (odd: Odd) => Promise<void> = keepsNumbers): void {
  for (const [title, odd] of Object.entries(cases)) test(title, () => work(odd));
}

describe('NaN and infinities in constants', () => {
  testEach({
    'NaN is folded as NaN': {
      text: 'g (float[2] x) => (float[2] y) <float a = {nan}, float b = {1}> { c = Add (a, b)\ny = Add (x, c) }',
      gives: 'Add',
    },
    'NaN is not itself': {
      text: 'g () => (bool[2] y) <float[2] a = {nan, 1}> { y = Equal (a, a) }',
      gives: 'Constant',
    },
    'infinity less infinity is NaN': {
      text: 'g (float[1] x) => (float[1] y) <float a = {inf}> { b = Sub (a, a)\ny = Mul (x, b) }',
      gives: 'Mul',
    },
    'what is divided by 0 is infinite': {
      text: 'g (float[2] x) => (float[2] y) <float[2] a = {1, -1}, float z = {0}> { b = Div (a, z)\ny = Add (x, b) }',
      gives: 'Add',
    },
    'an infinite scale does not go into weights': {
      text: `g (float[1,1,2,2] x) => (float[1,1,2,2] y) <float[1,1,1,1] w = {0}, float k = {inf}> {
        c = Conv (x, w)
        y = Mul (c, k)
      }`,
      gives: 'Conv Mul',
    },
    'a variance that is NaN does not go into weights': {
      text: `g (float[1,1,2,2] x) => (float[1,1,2,2] y) <float[1,1,1,1] w = {2}, float[1] s = {1}, float[1] v = {nan}> {
        c = Conv (x, w)
        y = BatchNormalization (c, s, s, s, v)
      }`,
      gives: 'Conv BatchNormalization',
    },
  });
});

describe('a rule that gives up half-way leaves no constants behind, which would count as a change each time', () => {
  testEach({
    'weights that are scaled before the bias turns out to be no number': {
      text: `g (float[2,1] x) => (float[2,2] y)
        <float[2,1] w = {1, 2}, float[2,2] b = {nan, 1, 2, 3}, float[2] s = {3, 4}, float[2] v = {1, 1}> {
        i = Identity (x)
        m = Gemm <transB = 1> (i, w, b)
        y = BatchNormalization (m, s, s, s, v)
      }`,
      gives: 'Gemm BatchNormalization',
    },
    'a constant that is made smaller before the other operand turns out to be none': {
      text: `g (float[1,4,2] x) => (float[4,2] y) <float[1,1,2] k = {5, 6}> {
        i = Identity (x)
        a = Add (k, i)
        y = Squeeze (a)
      }`,
      gives: 'Add Squeeze',
    },
  });
});

describe('tensors without elements', () => {
  testEach({
    'sums of nothing are 0': {
      text: 'g (float[2] x) => (float[2] y) <float[0,2] e = {}> { s = ReduceSum <keepdims = 0> (e)\ny = Add (x, s) }',
      gives: 'Identity',
    },
    'nothing is joined to something': {
      text: 'g (float[2,3] x) => (float[2,3] y) <float[0,3] e = {}> { c = Concat <axis = 0> (e, x)\ny = Relu (c) }',
      gives: 'Relu',
    },
    'nothing is reshaped to nothing': {
      text: `g (float[0,4] x) => (float[2,0] y) <int64[2] s = {2, 0}> { r = Reshape <allowzero = 1> (x, s)\ny = Relu (r) }`,
      gives: 'Reshape Relu',
    },
    'a slice takes nothing': {
      text: `g (float[3] x) => (float[2] y) <int64[1] a = {2}, int64[1] b = {1}, float[2] k = {1, 2}> {
        n = Slice (x, a, b)
        y = Concat <axis = 0> (n, k)
      }`,
      gives: 'Constant',
    },
  });
});

describe('declared types that do not hold', () => {
  // value_info of inner values: what follows from the graph is believed instead.
  testEach({
    'a Reshape is kept that would be idle if its input were what is declared': {
      text: `g (float[2,3] x) => (float[3,2] y) <int64[2] s = {3, 2}, float[3,2] a> {
        a = Neg (x)
        r = Reshape (a, s)
        y = Neg (r)
      }`,
      gives: 'Neg Reshape Neg',
    },
    'a number that is declared does not stand for an open size': {
      text: `g (float[n] x) => (float[?] y, int64[1] z) <float[7] a> {
        a = Neg (x)
        y = Neg (a)
        z = Shape (a)
      }`,
      gives: 'Neg Identity Shape',
    },
  });
});

test('an output keeps the type that it is declared to have, where nobody can tell it', () => {
  const model = read({
    text: `g (float[3] x, int64[1] k) => (float[1] y, float[1] z) <int64[1] k = {1}> {
      v, i = TopK (x, k)
      a = Identity (v)
      y = Identity (a)
      p = Cast <to = 1> (i)
      z = Cast <to = 1> (p)
    }`,
    gives: '',
  });
  expect(simplify(model)).toBe('TopK Cast');
  expect(model.graph.outputs.map(({ type }) => typeText(type))).toEqual(['float32[1]', 'float32[1]']);
});

describe('what is not of ONNX', () => {
  const FUNCTION =
    '<domain: "com.acme", opset_import: ["" : 17]> Twice (v) => (r) { i = Identity (v)\n r = Add (i, i) }';
  testEach({
    'a call stays, and the function is simplified': {
      text: `g (float[2] x) => (float[2] y) { a = Dropout (x)\nb = com.acme.Twice (a)\ny = Relu (b) } ${FUNCTION}`,
      gives: 'com.acme::Twice Relu',
    },
  });

  test('an operator that nobody knows passes through, with its type', () => {
    const model = read({
      text: `g (float[2,3] x) => (float[4] y) <float[4] b> {
        a = Identity (x)
        b = com.acme.Odd <level = 3> (a)
        c = Identity (b)
        y = Relu (c)
      }`,
      gives: '',
    });
    expect(simplify(model)).toBe('com.acme::Odd Relu');
    const odd = [...model.graph.nodes][0];
    expect(odd?.int('level')).toBe(3n);
    expect(typeText(odd?.output().type)).toBe('float32[4]');
    expect(odd?.input(0)).toBe(model.graph.inputs[0]);
  });

  test('two of them that look alike are not merged: nobody knows whether they always give the same', () => {
    const model = read({
      text: `g (float[2] x) => (float[2] y) <float[2] a, float[2] b> {
        a = com.acme.Odd (x)
        b = com.acme.Odd (x)
        y = Add (a, b)
      }`,
      gives: '',
    });
    expect(simplify(model)).toBe('com.acme::Odd com.acme::Odd Add');
  });
});

describe('initializers that are inputs', () => {
  testEach({
    'up to IR 3 they are constants': {
      text: `g (float[2] x, float[2] w) => (float[2] y) <float[2] w = {0, 0}> { a = Add (x, w)\ny = Relu (a) }`,
      ir: 3,
      opset: 8,
      gives: 'Relu',
    },
    'from IR 4 on callers may give others': {
      text: `g (float[2] x, float[2] w) => (float[2] y) <float[2] w = {0, 0}> { a = Add (x, w)\ny = Relu (a) }`,
      gives: 'Add Relu',
    },
  });
});

describe('random numbers', () => {
  test('nothing is computed beforehand, and two draws stay two', () => {
    const model = read({
      text: `g () => (float[2] y) {
        a = RandomNormal <shape = [2]> ()
        b = RandomNormal <shape = [2]> ()
        y = Sub (a, b)
      }`,
      gives: '',
    });
    expect(simplify(model)).toBe('RandomNormal RandomNormal Sub');
  });
});
