/** What stands twice, or for nobody: constants, nodes, outputs, functions. */
import { expect, test } from 'vitest';
import { MemoryBytes } from '../../../../src/core/ir/bytes.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { FileSource, Tensor } from '../../../../src/core/ir/tensor.ts';
import { mergeCommon } from '../../../../src/core/passes/cleanup/common-subexpressions.ts';
import { dropConstantInputs, liftConstants } from '../../../../src/core/passes/cleanup/constant-places.ts';
import { removeDeadCode } from '../../../../src/core/passes/cleanup/dead-code.ts';
import { mergeConstants } from '../../../../src/core/passes/cleanup/tied.ts';
import type { Pass } from '../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { model } from '../../text-model.ts';

function after(pass: Pass, text: string, prepare: (made: Model) => void = () => {}) {
  const made = model(text);
  prepare(made);
  const { records } = runPasses(made, [pass]);
  return {
    made,
    records,
    operators: [...made.graph.allNodes()].map((node) => node.op),
    constants: [...made.graph.initializers].map((value) => value.name),
  };
}

const common = (text: string) => after(mergeCommon, text).operators;

test('nodes that compute the same of the same become one', () => {
  expect(common('g (float[2] x) => (float[2] y) { a = Neg (x) b = Neg (x) y = Add (a, b) }')).toEqual(['Neg', 'Add']);
});

test('the order of the inputs counts only where the operator says so', () => {
  expect(
    common('g (float[2] x, float[2] w) => (y, z) { a = Mul (x, w) b = Mul (w, x) y = Neg (a) z = Abs (b) }'),
  ).toEqual(['Mul', 'Neg', 'Abs']);
  expect(
    common('g (float[2] x, float[2] w) => (y, z) { a = Sub (x, w) b = Sub (w, x) y = Neg (a) z = Abs (b) }'),
  ).toEqual(['Sub', 'Sub', 'Neg', 'Abs']);
});

test('an attribute with its usual value is as good as none', () => {
  expect(common('g (float[2] x) => (y, z) { a = Elu <alpha = 1.0> (x) b = Elu (x) y = Neg (a) z = Abs (b) }')).toEqual([
    'Elu',
    'Neg',
    'Abs',
  ]);
  expect(
    common('g (float[2] x) => (y, z) { a = Elu <alpha = 2.0> (x) b = Elu (x) y = Neg (a) z = Abs (b) }'),
  ).toHaveLength(4);
});

test('what reads from a value of which more is known now has a type, and what reads from that', () => {
  const { made } = after(
    mergeCommon,
    `<ir_version: 10, opset_import: ["" : 22, "acme" : 1]> g (float[2,3] x) => (float[3,2] y, z) {
      u = acme.Unknown (x) a = Transpose <perm = [1, 0]> (u) b = Neg (a) c = Cast <to = 7> (b) y = Transpose <perm = [1, 0]> (u) z = Abs (c) }`,
  );
  expect(typesOf(made)).toEqual(['u ?', 'y float32[3,2]', 'b float32[3,2]', 'c int64[3,2]', 'z int64[3,2]']);
});

const typesOf = ({ graph }: Model) =>
  [...graph.nodes].flatMap((node) =>
    node.outputs.map(({ name, dtype, shape }) => `${name} ${dtype ? `${dtype}[${shape}]` : '?'}`),
  );

test('a graph output keeps its name, and two outputs stay two', () => {
  const { made, operators } = after(
    mergeCommon,
    'g (float[2] x) => (float[2] y, float[2] z) { a = Neg (x) y = Neg (x) z = Abs (a) }',
  );
  expect(operators).toEqual(['Neg', 'Abs']);
  expect(made.graph.outputs.map((value) => value.name)).toEqual(['y', 'z']);
  expect(common('g (float[2] x) => (float[2] y, float[2] z) { y = Neg (x) z = Neg (x) }')).toEqual(['Neg', 'Neg']);
});

test('chance, training and unknown domains stay two', () => {
  const twice = (call: string) => common(`g (float[2] x, bool t) => (z) { a = ${call} b = ${call} z = Add (a, b) }`);
  expect(twice('RandomNormalLike (x)')).toHaveLength(3);
  expect(twice('Dropout (x, , t)')).toHaveLength(3);
  expect(twice('Dropout (x)')).toHaveLength(2);
  expect(twice('acme.Noise (x)')).toHaveLength(3);
});

test('subgraphs are the same where all in them is', () => {
  const two = (second: string) =>
    common(`g (bool c, float[2] x) => (z) {
      a = If (c) <then_branch = p () => (u) { u = Neg (x) }, else_branch = q () => (v) { v = Abs (x) }>
      b = If (c) <then_branch = r () => (s) { s = Neg (x) }, else_branch = t () => (w) { w = ${second} (x) }>
      z = Add (a, b)
    }`);
  expect(two('Abs')).toEqual(['If', 'Neg', 'Abs', 'Add']);
  expect(two('Exp')).toHaveLength(7);
});

test('nodes that nobody reads go, with what led to them', () => {
  const { operators, records } = after(
    removeDeadCode,
    'g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { a = Add (x, w) b = Neg (a) y = Abs (x) }',
  );
  expect(operators).toEqual(['Abs']);
  expect(records.map(({ before }) => before.length)).toEqual([2]);
});

test('outputs that an operator may go without are dropped', () => {
  const { made } = after(
    removeDeadCode,
    'g (float[1,1,4,4] x) => (y) { p, q = MaxPool <kernel_shape = [2, 2]> (x) d, m = Dropout (p) y = Neg (d) }',
  );
  expect([...made.graph.nodes].map((node) => node.outputs.length)).toEqual([1, 1, 1]);
  const lstm = after(
    removeDeadCode,
    `g (float[2,1,3] x, float[1,16,3] w, float[1,16,4] r) => (h) { a, b, c = LSTM <hidden_size = 4> (x, w, r) h = Neg (b) }`,
  );
  expect([...lstm.made.graph.nodes][0]?.outputs.map((value) => value.name)).toEqual(['', 'b']);
});

test('an output that must be there stays', () => {
  const { made } = after(
    removeDeadCode,
    'g (float[4] x) => (y) <int64[2] s = {2, 2}> { p, q = Split (x, s) y = Neg (p) }',
  );
  expect([...made.graph.nodes][0]?.outputs).toHaveLength(2);
});

test('what branches and loops give to nobody is not given', () => {
  const { operators, made } = after(
    removeDeadCode,
    `g (bool c, float[2] x, int64 n) => (float[2] y, z) {
      a, y = If (c) <then_branch = p () => (u, v) { u = Neg (x) v = Abs (x) }, else_branch = q () => (s, t) { s = Exp (x) t = Log (x) }>
      k, l, z = Loop (n, , x) <body = b (int64 i, bool d, float[2] f) => (d2, f2, m, o) {
        d2 = Identity (d) f2 = Neg (f) m = Sin (f) o = Cos (f) }>
    }`,
  );
  expect(operators).toEqual(['If', 'Abs', 'Log', 'Loop', 'Identity', 'Neg', 'Cos']);
  expect(made.graph.outputs.map((value) => value.name)).toEqual(['y', 'z']);
});

test('functions that nobody calls go, one after the other', () => {
  const { made } = after(
    removeDeadCode,
    `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
     g (float[2] x) => (float[2] y) { y = acme.used (x) }
     <domain: "acme", opset_import: ["" : 17]> used (p) => (q) { q = Neg (p) }
     <domain: "acme", opset_import: ["" : 17, "acme" : 1]> idle (p) => (q) { q = acme.idler (p) }
     <domain: "acme", opset_import: ["" : 17]> idler (p) => (q) { q = Neg (p) }`,
  );
  expect(made.functions.map((each) => each.name)).toEqual(['used']);
});

test('Constant nodes become initializers, but not where they are an output', () => {
  const { operators, constants } = after(
    liftConstants,
    'g (float[1] x) => (y, z) { c = Constant <value_float = 2.0> () y = Mul (x, c) z = Constant <value_int = 1> () }',
  );
  expect([operators, constants]).toEqual([['Mul', 'Constant'], ['c']]);
});

test('constants among the inputs of IR 3 were never given by anybody; defaults of IR 4 are', () => {
  const text = (ir: number) =>
    `<ir_version: ${ir}, opset_import: ["" : 8]> g (float[1] x, float[1] w = {2}) => (y) { y = Mul (x, w) }`;
  expect(after(dropConstantInputs, text(3)).made.graph.inputs.map((value) => value.name)).toEqual(['x']);
  expect(after(dropConstantInputs, text(3)).made.irVersion).toBe(4);
  expect(after(dropConstantInputs, text(4)).made.graph.inputs.map((value) => value.name)).toEqual(['x', 'w']);
});

test('constants are no inputs either where an exporter listed all of them', () => {
  const inputs = (producer: string, version: string, rest = '') => {
    const header = `ir_version: 4, opset_import: ["" : 9], producer_name: "${producer}", producer_version: "${version}"`;
    const { made } = after(
      dropConstantInputs,
      `<${header}> g (float[2] x, float[2] w = {1, 2}) => (float[2] y) <${rest}> { y = Add (x, w) }`,
    );
    for (const value of made.graph.initializers) expect(value.overridable).toBe(made.graph.inputs.includes(value));
    expect(made.irVersion).toBe(4);
    return made.graph.inputs.map(({ name }) => name);
  };
  expect(inputs('pytorch', '1.2')).toEqual(['x']);
  expect(inputs('pytorch', '0.4.1')).toEqual(['x']);
  expect(inputs('pytorch', '1.3')).toEqual(['x', 'w']);
  expect(inputs('pytorch', '2.1.0')).toEqual(['x', 'w']);
  expect(inputs('pytorch', '')).toEqual(['x', 'w']);
  expect(inputs('somebody', '1.2')).toEqual(['x', 'w']);
  // One that is not listed: who listed the other meant it.
  expect(inputs('pytorch', '1.2', 'float[1] v = {1}')).toEqual(['x', 'w']);
});

test('equal constants become one; others of the same type stay', () => {
  const { constants } = after(
    mergeConstants,
    'g (float[2] x) => (y, z) <float[2] a = {1, 2}, float[2] b = {1, 2}, float[2] c = {1, 3}, double[2] d = {1, 2}> { p = Add (x, a) q = Mul (p, b) y = Sub (q, c) z = Neg (d) }',
  );
  expect(constants).toEqual(['a', 'c', 'd']);
});

test('-0 and 0 are two, and a default of an input is no constant', () => {
  const { constants } = after(
    mergeConstants,
    'g (float[2] x, float[1] e = {1}) => (y) <float[1] a = {0}, float[1] b = {-0}, float[1] d = {1}> { p = Add (x, a) q = Mul (p, b) r = Mul (q, d) y = Add (r, e) }',
  );
  expect(constants).toEqual(['e', 'a', 'b', 'd']);
});

test('of large constants only the ends are read, unless these are equal', () => {
  const sizes: number[] = [];
  const file = (fill: (bytes: Uint8Array) => void) => {
    const bytes = new Uint8Array(4 << 20);
    fill(bytes);
    const source = new MemoryBytes('w', bytes);
    return {
      name: 'w',
      size: bytes.length,
      read: (offset: number, length: number) => {
        sizes.push(length);
        return source.read(offset, length);
      },
    };
  };
  const files = [file((bytes) => bytes.fill(1)), file((bytes) => bytes.fill(2))];
  const text = 'g (float[1] x) => (y) <float[1] a = {0}, float[1] b = {0}> { p = Add (x, a) y = Add (p, b) }';
  const filled = (pick: (k: number) => number) => (made: Model) => {
    for (const [k, value] of [...made.graph.initializers].entries()) {
      const source = files[pick(k)];
      if (source) value.constant = new Tensor('float32', [1 << 20], new FileSource(source, 0, 4 << 20));
    }
  };
  expect(
    after(
      mergeConstants,
      text,
      filled((k) => k),
    ).constants,
  ).toEqual(['a', 'b']);
  expect(Math.max(...sizes)).toBeLessThan(1024);
  sizes.length = 0;
  // One place in a file is one constant, unread.
  expect(
    after(
      mergeConstants,
      text,
      filled(() => 0),
    ).constants,
  ).toEqual(['a']);
  expect(sizes).toEqual([]);
});

test.each([1 << 10, 1 << 19])('constants of %i elements that differ in the middle alone are two', (count) => {
  const text =
    'g (float[1] x) => (y) <float[1] a = {0}, float[1] b = {0}, float[1] c = {0}> { p = Add (x, a) q = Add (p, b) y = Add (q, c) }';
  const { constants } = after(mergeConstants, text, (made) => {
    for (const value of made.graph.initializers) {
      const numbers = new Float32Array(count).fill(1);
      if (value.name === 'c') numbers[count / 2] = 2;
      value.constant = Tensor.of('float32', [count], [...numbers]);
    }
  });
  expect(constants).toEqual(['a', 'c']);
});
