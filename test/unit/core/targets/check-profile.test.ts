/** What profiles refuse of small models: each kind of limit, and what must pass beside it. */
import { expect, test } from 'vitest';
import { checkProfile } from '../../../../src/core/targets/check-profile.ts';
import { readProfile } from '../../../../src/core/targets/profile-reader.ts';
import { profileNamed } from '../../../../src/core/targets/profiles.ts';
import { model } from '../../text-model.ts';

function profile(fields: object) {
  const text = JSON.stringify({ version: 1, name: 'chip', title: 'Chip', ...fields });
  return readProfile(text, 'chip.json', 'chip.json', profileNamed);
}

/** The messages of a target, whose operators are given, about a text. */
function said(operators: object, text: string, fields: object = {}): readonly string[] {
  return checkProfile(model(text), profile({ operators, ...fields })).map(({ message }) => message);
}

const RELU = 'g (float[2,3] x) => (float[2,3] y) { y = Relu (x) }';

test('operators that are not listed', () => {
  expect(said({ Relu: {} }, RELU)).toEqual([]);
  expect(said({ Abs: {} }, RELU)).toEqual(['Chip has no operator for Relu.']);
  const custom = `<ir_version: 10, opset_import: ["" : 22, "acme" : 1, "open" : 1]>
    g (float[2] x) => (y) { h = acme.Swirl (x) k = open.Swirl (h) y = open.Swirl (k) }`;
  expect(said({}, custom, { openDomains: ['open'] })).toEqual([
    'Chip has no operator for acme::Swirl.',
    'Whether Chip takes open::Swirl is not known: its profile says nothing of the domain.',
  ]);
  expect(said({ 'acme::Swirl': {}, 'open::Swirl': {} }, custom)).toEqual([]);
});

test('versions of an operator, and the opset that would do', () => {
  const [found, ...others] = checkProfile(model(RELU), profile({ operators: { Relu: { versions: [6, 13] } } }));
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    message: 'Chip has Relu as opset 6, 13 brought it, not as opset 14 did.',
    fixes: ['change-opset', 'choose-target'],
    details: { opset: '13' },
  });
  const older = '<ir_version: 8, opset_import: ["" : 7]> g (float[2] x) => (float[2] y) { y = Relu (x) }';
  expect(checkProfile(model(older), profile({ operators: { Relu: { versions: [13] } } }))[0]?.details.opset).toBe('13');
});

test('the first row counts that has the version', () => {
  const rows = [
    { versions: [13], types: { T: ['float16'] } },
    { versions: [14], types: { T: ['float32'] } },
  ];
  expect(said({ Relu: rows }, RELU)).toEqual([]);
  expect(said({ Relu: rows }, `<ir_version: 8, opset_import: ["" : 13]> ${RELU}`)).toEqual([
    'Chip does not take float32 for Relu.',
  ]);
});

test('types by variable, and of what the operator works on', () => {
  const gather = 'g (float[2,3] x, int64[1] i) => (float[1,3] y) { y = Gather (x, i) }';
  expect(said({ Gather: { types: { Tind: ['int32'] } } }, gather)).toEqual(['Chip does not take int64 for Gather.']);
  expect(said({ Gather: { dtypes: ['float32'] } }, gather)).toEqual([]);
  expect(said({ Gather: { dtypes: ['int64'] } }, gather)).toEqual(['Chip does not take float32 for Gather.']);
  const cast = 'g (float[2] x) => (int64[2] y) { y = Cast <to = 7> (x) }';
  expect(said({ Cast: { types: { T2: ['int32'] } } }, cast)).toEqual(['Chip does not take int64 for Cast.']);
});

test('types that are read as others', () => {
  const text = 'g (int64[2] x) => (int64[2] y) { h = Abs (x) y = Abs (h) }';
  const abs = { Abs: { dtypes: ['int32'] } };
  expect(said(abs, text)).toEqual(['Chip does not take int64 for Abs.', 'Chip does not take int64 for Abs.']);
  expect(said(abs, text, { narrows: { int64: 'int32' } })).toEqual([
    'Chip reads int64 as int32 and clamps what does not fit: Abs is the first with it.',
  ]);
});

test('attributes, given or by default', () => {
  const pool = (attributes: string) =>
    `g (float[1,1,8,8] x) => (y) { y = MaxPool <kernel_shape = [2, 2]${attributes}> (x) }`;
  const limits = { MaxPool: { attributes: { dilations: [1], ceil_mode: [0], auto_pad: ['NOTSET'] } } };
  expect(said(limits, pool(''))).toEqual([]);
  expect(said(limits, pool(', dilations = [1, 2], ceil_mode = 1, auto_pad = "VALID"'))).toEqual([
    'Chip cannot express MaxPool with dilations = 1,2: it takes 1.',
    'Chip cannot express MaxPool with ceil_mode = 1: it takes 0.',
    'Chip cannot express MaxPool with auto_pad = VALID: it takes NOTSET.',
  ]);
  const softmax = 'g (float[2,3] x) => (float[2,3] y) { y = Softmax (x) }';
  expect(said({ Softmax: { attributes: { axis: { least: 0 } } } }, softmax)).toEqual([
    'Chip cannot express Softmax with axis = -1: it takes 0 at least.',
  ]);
});

test('inputs that must be constant, zero or left out', () => {
  const squeeze = { Squeeze: { constants: ['axes'] } };
  expect(said(squeeze, 'g (float[1,3] x, int64[1] a) => (y) { y = Squeeze (x, a) }')).toEqual([
    "Chip does not take the input 'axes' of Squeeze as it is: it must be a constant.",
  ]);
  expect(said(squeeze, 'g (float[1,3] x) => (y) <int64[1] a = {0}> { y = Squeeze (x, a) }')).toEqual([]);
  expect(said(squeeze, 'g (float[1,3] x) => (y) { y = Squeeze (x) }')).toEqual([]);
  const quantize = (zero: number) =>
    `g (float[2] x) => (y) <float s = {0.5}, uint8 z = {${zero}}> { y = QuantizeLinear (x, s, z) }`;
  expect(said({ QuantizeLinear: { zeros: ['y_zero_point'] } }, quantize(0))).toEqual([]);
  expect(said({ QuantizeLinear: { zeros: ['y_zero_point'] } }, quantize(128))).toEqual([
    "Chip does not take the input 'y_zero_point' of QuantizeLinear as it is: it must be a constant 0.",
  ]);
  expect(
    said(
      { Conv: { absent: ['B'] } },
      'g (float[1,1,4,4] x, float[1,1,1,1] w, float[1] b) => (y) { y = Conv (x, w, b) }',
    ),
  ).toEqual(["Chip does not take the input 'B' of Conv as it is: it must be left out."]);
});

test('ranks, sizes and outputs', () => {
  expect(said({ Relu: { ranks: [3, 4] } }, RELU)).toEqual(["Chip takes Relu of 3 to 4 axes: 'x' has 2."]);
  expect(said({ Relu: {} }, RELU, { ranks: [1, 1] })).toEqual(["Chip takes Relu of 1 axes: 'x' has 2."]);
  expect(said({ Relu: { sizes: { '0': 1 } } }, RELU)).toEqual([
    "Chip does not take the input 'x' of Relu as it is: the size of axis 0 must be 1, and is 2.",
  ]);
  const pool = 'g (float[1,1,8,8] x) => (y, i) { y, i = MaxPool <kernel_shape = [2, 2]> (x) }';
  expect(said({ MaxPool: { outputs: 1 } }, pool)).toEqual(["Chip does not give the output 'i' of MaxPool."]);
});

test('the file: opset, IR version, open sizes', () => {
  const fields = { opsets: { 'ai.onnx': [7, 17] }, irVersion: 8, dynamicShapes: false };
  expect(said({ Relu: {} }, 'g (float[n,3] x) => (float[n,3] y) { y = Relu (x) }', fields)).toEqual([
    'Chip takes opset 7 to 17 of ai.onnx, and the model imports 22.',
    'Chip reads IR version 8 at most, and what the model holds needs 10.',
    "Chip takes no open sizes: the input 'x' is float32[n, 3].",
  ]);
});

test('graphs within and functions are looked at, each function once', () => {
  const text = `<ir_version: 10, opset_import: ["" : 22, "acme" : 1]>
    g (bool c, float[2] x) => (y) {
      h = acme.Act (x) k = acme.Act (h)
      y = If (c) <then_branch = t () => (a) { a = Abs (k) }, else_branch = e () => (b) { b = Neg (k) }>
    }
    <domain: "acme", opset_import: ["" : 22]> Act (v) => (w) { w = Exp (v) }`;
  expect(said({ If: {}, Neg: {} }, text)).toEqual(['Chip has no operator for Exp.', 'Chip has no operator for Abs.']);
  expect(said({ If: {}, Neg: {}, Abs: {} }, text, { functions: false })).toEqual([
    'Chip has no operator for acme::Act.',
    'Chip has no operator for acme::Act.',
  ]);
});

test('a condition that nothing checks is told once', () => {
  const text = 'g (float[2] x) => (float[2] y) { h = Abs (x) y = Abs (h) }';
  expect(said({ Abs: { unchecked: 'the moon is full' } }, text)).toEqual([
    'Chip takes Abs under a condition that is not checked here: the moon is full.',
  ]);
});
