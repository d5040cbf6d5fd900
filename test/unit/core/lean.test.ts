/** Which types of values in between a simplified file says. */
import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { typeText } from '../../../src/core/ir/type.ts';
import { makeLean } from '../../../src/core/lean.ts';
import { runPasses } from '../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../src/core/passes/simplification.ts';
import { model } from '../text-model.ts';
import { read } from './formats/onnx/files.ts';

const HEADER = '<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>';

/** Simplifies as `simplify` does a file; the types that are written. */
function written(text: string): Readonly<Record<string, string>> {
  const made = model(`${HEADER} ${text}`);
  runPasses(made, SIMPLIFICATION, { untilStable: true, doubts: true });
  makeLean(made);
  const { graph } = read(encodeOnnx(made));
  const values = [...graph.allNodes()].flatMap(({ outputs }) => outputs);
  return Object.fromEntries(values.filter(({ type }) => type).map(({ name, type }) => [name ?? '', typeText(type)]));
}

test('what follows from the rest is not said again', () => {
  const types = written(`g (float[2,3] x) => (float[3,2] y) <float[2,3] a, float[3,2] b> {
    a = Relu (x) b = Transpose <perm = [1, 0]> (a) y = Sigmoid (b) }`);
  expect(types).toEqual({ y: 'float32[3, 2]' });
});

test('what no rule knows, and sizes that the file alone knows, stay', () => {
  const types = written(`g (float[2,3] x, bool[2] c) => (float[n] y) <float[2,5] a, float[2,5] b, float[4,3] d> {
    a = acme.Odd (x) b = Relu (a) d = Compress <axis = 0> (x, c) e = Relu (d) y = acme.Join (b, e) }`);
  expect(types).toEqual({ a: 'float32[2, 5]', d: 'float32[4, 3]', y: 'float32[n]' });
});

test('what stands in subgraphs is asked for too', () => {
  const types = written(`g (float[2,3] x, bool c) => (float[2,3] y) {
    y = If (c) <then_branch = t () => (float[2,3] v) <float[2,3] u> { u = Relu (x) v = Sigmoid (u) },
                else_branch = e () => (float[2,3] v) <float[2,3] u> { u = acme.Odd (x) v = Sigmoid (u) }> }`);
  expect(types).toEqual({ y: 'float32[2, 3]', u: 'float32[2, 3]', v: 'float32[2, 3]' });
});
