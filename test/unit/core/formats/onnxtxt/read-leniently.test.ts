import { expect, test } from 'vitest';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { readOnnxTextLeniently } from '../../../../../src/core/formats/onnxtxt/read-leniently.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import type { Problem } from '../../../../../src/core/problems/problem.ts';

/** What `check` tells of a text, each with its line. */
function told(text: string): string[] {
  const read = readOnnxTextLeniently(new MemoryBytes('net.onnxtxt', new TextEncoder().encode(text)));
  if (!read) return ['another dialect'];
  const { model, problems, told: nodes } = read;
  const all = [...problems, ...checkOnnx(model, { told: nodes, types: problems.length === 0 })];
  return all.map(({ code, origin, message }: Problem) => `${origin[0]?.line ?? ''} ${code}: ${message}`);
}

test('one bad line spoils one line, and names are checked past it', () => {
  expect(
    told(`<ir_version: 10, opset_import: ["" : 21]>
g (float[2] x) => (float[2] y) {
  a = Relu (x
  b = Neg (nowhere)
  b = Abs (x)
  c = Reluu (x)
  y = Add (b, c)
}`),
  ).toEqual([
    "3 syntax-error: Expected ',' or ')', found the end of the line.",
    "4 value-undefined: Neg reads 'nowhere', which nothing defines.",
    "5 value-redefined: 'b' is defined twice, by Neg and by Abs: a name stands for one value, in graphs within too.",
    '6 no-such-operator: ONNX opset 21 has no operator Reluu (did you mean Relu?).',
    '3 dead-node: Nothing uses what Relu makes.',
    '5 dead-node: Nothing uses what Abs makes.',
  ]);
});

test('data in other files is told by its line', () => {
  const [first] = told(`<ir_version: 10, opset_import: ["" : 21]>
g (float[2] x) => (float[2] y)
<float[2] w = ["location": "../outside.bin"]> { y = Add (x, w) }`);
  expect(first).toMatch(/^3 external-data-outside: .*'..\/outside.bin'/);
});

test('a text of another dialect is not for the checker', () => {
  expect(told('<dialect: "aten"> g (x) => (y) { y = aten.relu (x) }')).toEqual(['another dialect']);
});
