/** Every fix, applied, mends the problem that it is for. */
import { expect, test } from 'vitest';
import { fixesIn } from '../../../../src/core/language/fixes.ts';
import { problemsOf } from '../../../../src/core/language/problems.ts';
import { targetProblemsOf } from '../../../../src/core/language/target-problems.ts';
import { silent } from '../../../../src/core/progress.ts';
import { documentOf, inModel } from './texts.ts';

const ALL = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

/** The text after the fix of that title; the problems that it says it mends must be gone. */
function fixed(text: string, title: string): string {
  const document = documentOf(text);
  const fix = fixesIn(document, ALL).find((each) => each.title === title);
  if (!fix) throw new Error(`no such fix; there are: ${fixesIn(document, ALL).map((each) => each.title)}`);
  const before = problemsOf(document).map(({ code }) => code);
  const edits = [...fix.edits].sort(
    (a, b) => document.text.offsetAt(b.range.start) - document.text.offsetAt(a.range.start),
  );
  document.edit(edits, 2);
  const after = problemsOf(document).map(({ code }) => code);
  for (const { code } of fix.mends) {
    const count = (codes: readonly string[]) => codes.filter((each) => each === code).length;
    expect(count(after)).toBeLessThanOrEqual(count(before) - fix.mends.filter((each) => each.code === code).length);
  }
  return document.text.text;
}

test('a missing opset import, for all operators that need it', () => {
  const text = inModel('  a = ai.onnx.ml.Binarizer (x)\n  y = ai.onnx.ml.Binarizer (a)');
  expect(fixed(text, 'Import ai.onnx.ml version 5')).toBe(text.replace('"" : 17', '"" : 17, "ai.onnx.ml" : 5'));
  const bare = 'g (float[N] x) => (float[N] y) { y = Relu (x) }';
  expect(fixed(bare, 'Import ai.onnx version 17')).toBe(`<opset_import: ["" : 17]>\n${bare}`);
  const header = `<ir_version: 8>${bare}`;
  expect(fixed(header, 'Import ai.onnx version 17')).toBe(`<ir_version: 8, opset_import: ["" : 17]>${bare}`);
});

test('a missing import of a function goes into its own header', () => {
  const text = `<ir_version: 8, opset_import: ["" : 17, "d" : 1]>
g (float[N] x) => (float[N] y) { y = d.f (x) }
<domain: "d", opset_import: ["" : 17]>
f (v) => (r) { r = ai.onnx.ml.Binarizer (v) }`;
  expect(fixed(text, 'Import ai.onnx.ml version 5')).toBe(
    text.replace('opset_import: ["" : 17]>\nf', 'opset_import: ["" : 17, "ai.onnx.ml" : 5]>\nf'),
  );
});

test('a misspelt operator, attribute, value', () => {
  expect(fixed(inModel('  y = Rleu (x)'), 'Change to Relu')).toBe(inModel('  y = Relu (x)'));
  expect(fixed(inModel('  y = Softmax <axsi = 1> (x)'), 'Change to axis')).toBe(
    inModel('  y = Softmax <axis = 1> (x)'),
  );
  expect(fixed(inModel('  total = Relu (x)\n  y = Relu (totla)'), 'Change to total')).toBe(
    inModel('  total = Relu (x)\n  y = Relu (total)'),
  );
});

test('an attribute that the operator has not is removed', () => {
  expect(fixed(inModel('  y = Relu <foo = 1> (x)'), 'Remove the attribute foo')).toBe(inModel('  y = Relu (x)'));
  expect(fixed(inModel('  y = Softmax <foo = 1, axis = 1> (x)'), 'Remove the attribute foo')).toBe(
    inModel('  y = Softmax <axis = 1> (x)'),
  );
  expect(fixed(inModel('  y = Softmax <axis = 1, foo = 1> (x)'), 'Remove the attribute foo')).toBe(
    inModel('  y = Softmax <axis = 1> (x)'),
  );
});

test('an attribute that the operator needs is added', () => {
  expect(fixed(inModel('  y = Concat (x)'), 'Add the attribute axis')).toBe(inModel('  y = Concat <axis = 0> (x)'));
  expect(fixed(inModel('  y = Cast <> (x)'), 'Add the attribute to')).toBe(inModel('  y = Cast <to = 1> (x)'));
});

test('a node that nothing uses goes with its line', () => {
  expect(fixed(inModel('  a = Neg (x)\n  y = Relu (x)'), 'Remove the node')).toBe(inModel('  y = Relu (x)'));
  expect(fixed(inModel('  y = Relu (x) a = Neg (x)'), 'Remove the node')).toBe(inModel('  y = Relu (x) '));
});

test('a Cast before an input of the wrong type', () => {
  expect(fixed(inModel('  y = Reshape (x, x)'), 'Insert a Cast to int64')).toBe(
    inModel('  x_int64 = Cast <to = 7> (x)\n  y = Reshape (x, x_int64)'),
  );
  expect(fixed(inModel('  x_int64 = Neg (x)\n  y = Reshape (x_int64, x)'), 'Insert a Cast to int64')).toContain(
    'x_int64_1 = Cast <to = 7> (x)',
  );
  // Types that inference has told.
  expect(fixed(inModel('  s = Shape (x)\n  y = Add (x, s)'), 'Insert a Cast to float')).toBe(
    inModel('  s = Shape (x)\n  s_float = Cast <to = 1> (s)\n  y = Add (x, s_float)'),
  );
});

test('the opset that an operator needs', () => {
  expect(fixed(inModel('  y = Gelu (x)'), 'Raise ai.onnx to version 20')).toBe(
    inModel('  y = Gelu (x)').replace('"" : 17', '"" : 20'),
  );
});

test('an opset that does not exist', () => {
  const text = inModel('  y = Relu (x)').replace('"" : 17', '"" : 99');
  expect(fixed(text, 'Import version 28')).toBe(text.replace('99', '28'));
});

test('a constant that nothing uses', () => {
  const text = (values: string) => `<ir_version: 8, opset_import: ["" : 17]>
g (float[2] x) => (float[2] y) <
${values}> { y = Add (x, used) }`;
  const [used, other] = ['  float[2] used = {1, 2}', '  float[2] other = {3, 4}'];
  expect(fixed(text(`${other},\n${used}\n`), 'Remove the constant')).toBe(text(`${used}\n`));
  expect(fixed(text(`${used},\n${other}\n`), 'Remove the constant')).toBe(text(`${used}\n`));
});

test('a type that is declared wrong', () => {
  const text = inModel('  y = Transpose (x)');
  expect(fixed(text.replace('=> (float[N, 3] y)', '=> (float[5, N] y)'), 'Declare it as float[3, N]')).toBe(
    text.replace('=> (float[N, 3] y)', '=> (float[3, N] y)'),
  );
});

test('only the problems that a range touches are mended', () => {
  const document = documentOf(inModel('  a = Rleu (x)\n  y = Sofmax (a)'));
  const line = { start: { line: 5, character: 0 }, end: { line: 5, character: 20 } };
  expect(fixesIn(document, line).map(({ title }) => title)).toEqual(['Change to Softmax']);
});

test('an approximation that the user takes is a warning', async () => {
  const text = '<ir_version: 7, opset_import: ["" : 13]>\ng (float[2] x) => (float[2] y) { y = Erf (x) }';
  const severities = async (...accept: string[]) =>
    (await targetProblemsOf(documentOf(text), { target: 'onnx', opset: 8, accept }, silent)).map(
      (each) => each.severity,
    );
  expect(await severities()).toEqual(['error']);
  expect(await severities('inexact:y')).toEqual(['warning']);
});

/** The text at opset 13 after what takes a node out that opset 12 does not take; undefined where that is not offered. */
async function takenOut(text: string): Promise<string | undefined> {
  const document = documentOf(text);
  await targetProblemsOf(document, { target: 'onnx', opset: 12 }, silent);
  const fix = fixesIn(document, ALL).find(({ title }) => title.startsWith('Take out'));
  if (!fix) return undefined;
  const edits = [...fix.edits].sort(
    (a, b) => document.text.offsetAt(b.range.start) - document.text.offsetAt(a.range.start),
  );
  document.edit(edits, 2);
  expect(problemsOf(document).filter(({ severity }) => severity === 'error')).toEqual([]);
  return document.text.text;
}

const halves = (nodes: string, values = '') => `<ir_version: 8, opset_import: ["" : 13]>
g (bfloat16[2] x, bool c) => (bfloat16[2] y)
${values}{
${nodes}
}
`;

test('a node that the target does not take, and that does nothing, is taken out', async () => {
  const [before, after] = ['  a = Cast <to = 16> (x)\n  y = Exp (a)', '  y = Exp (x)'];
  expect(await takenOut(halves(before))).toBe(halves(after));
  // What was declared of the value goes with it.
  expect(await takenOut(halves(before, '<bfloat16[2] a>\n'))).toBe(halves(after, ''));
});

test('an output of the graph keeps its name', async () => {
  expect(await takenOut(halves('  a = Exp (x)\n  y = Cast <to = 16> (a)'))).toBe(halves('  y = Exp (x)'));
  expect(await takenOut(halves('  y = Cast <to = 16> (x)'))).toBe(undefined);
});

test('graphs within read what stays', async () => {
  const nodes = (name: string) => `  b = If (c) <
    then_branch = t () => (float[2] p) { p = Cast <to = 1> (${name}) },
    else_branch = e () => (float[2] q) { q = Cast <to = 1> (${name}) }
  >
  y = Cast <to = 16> (b)`;
  expect(await takenOut(halves(`  a = Cast <to = 16> (x)\n${nodes('a')}`))).toBe(halves(nodes('x')));
});

test('what does something stays', async () => {
  expect(await takenOut(halves('  y = Exp (x)'))).toBe(undefined);
});
