/** Profiles of a user's own: what stands on another, and each fault with its line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { afterAll, expect, test } from 'vitest';
import { readOnnx } from '../../../../src/core/formats/onnx/read.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { convertModel } from '../../../../src/core/pipeline.ts';
import { silent } from '../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../src/core/reading.ts';
import { readProfile } from '../../../../src/core/targets/profile-reader.ts';
import { profileNamed } from '../../../../src/core/targets/profiles.ts';
import { targetOf } from '../../../../src/core/targets/table.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => readProfile(text, 'chip.json', 'chip.json', profileNamed);
const schema = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync(new URL('../../../../schemas/graphwright-target.schema.json', import.meta.url), 'utf8')),
);

const CHIP = `{
  // like onnxruntime, without a few
  "version": 1, "name": "chip", "title": "Acme NPU", "like": "onnxruntime-1.16",
  "opsets": { "ai.onnx": [11, 17] },
  "dynamicShapes": false,
  "operators": {
    "Gelu": null,
    "Softmax": { "attributes": { "axis": [-1] } },
    "HardSigmoid": { "attributes": { "alpha": [0.2] } },
    "acme::Swirl": {},
  },
}`;

test('a file says how it differs from another', () => {
  const chip = read(CHIP);
  expect([chip.title, chip.opsets.get(''), chip.opsets.get('ai.onnx.ml'), chip.irVersion]).toEqual([
    'Acme NPU',
    [11, 17],
    [1, 3],
    9,
  ]);
  expect(chip.operators.get('Softmax')).toEqual([{ attributes: { axis: [-1] } }]);
  expect([chip.operators.has('Relu'), chip.operators.has('Gelu'), chip.operators.has('acme::Swirl')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('the standard domain may be spelled', () => {
  const { operators } = read(
    `{${HEAD}, "like": "onnxruntime-1.16", "operators": {"ai.onnx::Relu": {"ranks": [4, 4]}, "ai.onnx::Abs": null}}`,
  );
  expect([operators.get('Relu'), operators.has('Abs'), operators.has('ai.onnx::Relu')]).toEqual([
    [{ ranks: [4, 4] }],
    false,
    false,
  ]);
});

const HEAD = '"version": 1, "name": "chip"';
const operator = (facts: string, name = 'Resize') => `{${HEAD},\n"operators": {\n"${name}": ${facts}}}`;

test.each([
  ['{', 1, 'this is not JSON with comments'],
  ['{"version": 2, "name": "a", "operators": {}}', 1, 'expected "version": 1'],
  [`{${HEAD}}`, 1, '"operators" is missing'],
  [`{${HEAD},\n"opset": 1, "operators": {}}`, 2, '"opset" is not a field here (did you mean opsets?)'],
  [`{"version": 1, "name": "Chip",\n "operators": {}}`, 1, '"Chip" is not a name'],
  [`{${HEAD}, "operators": {},\n"like": "chop"}`, 2, 'there is no profile "chop"'],
  // Profiles stand on those that come with Graphwright alone: not on others, nor on themselves.
  [`{${HEAD}, "operators": {},\n"like": "chip"}`, 2, 'there is no profile "chip"'],
  ['[]', 1, 'expected an object'],
  ['"chip"', 1, 'expected an object'],
  ['', 1, 'this is not JSON with comments'],
  [`{${HEAD}, "operators": [\n]}`, 1, 'expected "operators" to be an object'],
  [operator('true'), 3, 'expected'],
  [operator('[{}, 1]'), 3, 'expected'],
  [`{${HEAD}, "operators": {},\n"irVersion": "8"}`, 2, 'expected "irVersion" to be a whole number'],
  [`{${HEAD}, "operators": {},\n"opsets": {"ai.onnx": [9]}}`, 2, 'expected "ai.onnx" to be two whole numbers'],
  [`{${HEAD}, "operators": {},\n"opsets": {"ai.onnx": [9, 99]}}`, 2, 'the newest opset of ai.onnx that is known is'],
  [`{${HEAD}, "operators": {},\n"covers": ["colours"]}`, 2, '"colours" is not one of operators, versions'],
  [`{${HEAD}, "operators": {},\n"sources": [{"title": "t"}]}`, 2, '"url" is missing'],
  [`{${HEAD}, "operators": {},\n"narrows": {"int64": "int33"}}`, 2, '"int33" is no element type'],
  [operator('{}', 'Resise'), 3, 'ONNX has no operator Resise (did you mean Resize?)'],
  [operator('{"versions": [12]}'), 3, 'version 12 is none of Resize, which has 10, 11, 13, 18, 19'],
  [operator('{"attributes": {"moed": ["linear"]}}'), 3, '"moed" is no attribute of the operator (did you mean mode?)'],
  [operator('{"attributes": {"mode": "linear"}}'), 3, 'expected "mode" to be a list of values'],
  [operator('{"constants": ["size"]}'), 3, '"size" is no input of the operator (did you mean sizes?)'],
  [operator('{"types": {"T": ["float33"]}}'), 3, '"float33" is no type of the operator'],
  [operator('{"types": {"U": ["float32"]}}'), 3, '"U" is no type variable of the operator'],
  [operator('{"dtypes": ["float33"]}'), 3, '"float33" is no element type'],
  [operator('{"ranks": [4, 3]}'), 3, 'expected "ranks" to be two whole numbers, the least and the most'],
  [operator('{"rank": 4}'), 3, '"rank" is not a field here (did you mean ranks?)'],
  [
    `{${HEAD}, "opsets": {"ai.onnx": [7, 13]},\n"operators": {\n"Gelu": {}}}`,
    3,
    'Gelu came with opset 20, later than 13',
  ],
])('%s', (text, line, message) => {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect([error.place?.line, error.message]).toEqual([line, expect.stringContaining(message)]);
    return;
  }
  throw new Error('nothing was refused');
});

test('the JSON schema takes what is read', () => {
  expect(schema(JSON.parse(CHIP.replace(/\/\/.*/, '').replaceAll(/,(\s*\})/g, '$1')))).toBe(true);
  expect(schema({ version: 1, name: 'chip', operators: { Relu: { rank: 1 } } })).toBe(false);
});

test('a path is a target: the opset is one that it takes, and what it does not take is refused', async () => {
  const path = join(folder, 'chip.json');
  writeFileSync(path, CHIP);
  expect(targetOf(path, undefined)).toMatchObject({ kind: 'onnx', id: path, title: 'Acme NPU' });
  expect(() => targetOf(join(folder, 'none.json'), undefined)).toThrow('this target profile cannot be read');
  const convert = async (name: string, text: string) => {
    const input = join(folder, name);
    writeFileSync(input, text);
    const output = join(folder, `${name}.onnx`);
    const wish = { input, target: { target: path }, output, force: true, simplify: false, verify: true };
    return convertModel({ ...wish, reading: PLAIN_READING }, silent);
  };
  const good = await convert(
    'good.onnxtxt',
    '<ir_version: 10, opset_import: ["" : 21]> g (float[2,3] x) => (float[2,3] y) { h = Gelu (x) y = Softmax (h) }',
  );
  expect(good.problems).toEqual([]);
  expect(good.verification?.relativeError).toBeLessThan(1e-6);
  const bad = await convert(
    'bad.onnxtxt',
    '<ir_version: 10, opset_import: ["" : 21]>\ng (float[n,3] x) => (y) {\n  y = HardSigmoid <alpha = 0.5> (x)\n}',
  );
  expect([bad.status, bad.problems.map(({ message }) => message)]).toEqual([
    'refused',
    [
      "Acme NPU takes no open sizes: the input 'x' is float32[n, 3].",
      'Acme NPU cannot express HardSigmoid with alpha = 0.5: it takes 0.2.',
    ],
  ]);
  expect(bad.problems[1]?.origin).toMatchObject([{ kind: 'onnxtxt', line: 3 }]);
});

test('of the opsets of a profile one is chosen at which it takes the whole model', async () => {
  const path = join(folder, 'old.json');
  const rows = { Relu: { versions: [6, 13] }, Add: {} };
  writeFileSync(
    path,
    JSON.stringify({ version: 1, name: 'old', opsets: { 'ai.onnx': [11, 17] }, irVersion: 7, operators: rows }),
  );
  const input = join(folder, 'relu.onnxtxt');
  writeFileSync(input, '<ir_version: 10, opset_import: ["" : 17]> g (float[2] x) => (float[2] y) { y = Relu (x) }');
  const wish = { input, reading: PLAIN_READING, force: true, simplify: false, verify: true };
  const output = join(folder, 'relu.onnx');
  const result = await convertModel({ ...wish, output, target: { target: path } }, silent);
  expect([result.problems, result.verification?.relativeError]).toEqual([[], 0]);
  const { irVersion, opsetImports } = readOnnx(new FileBytes(output));
  expect([irVersion, opsetImports.get('')]).toEqual([7, 13]);
  // An opset that is asked for is kept to, and one that the target does not take is refused.
  const refused = await convertModel({ ...wish, output, target: { target: path, opset: 15 } }, silent);
  expect(refused.problems.map(({ code, details }) => [code, details.opset])).toEqual([
    ['ir-version-not-taken', undefined],
    ['operator-version-not-taken', '13'],
  ]);
  await expect(convertModel({ ...wish, output, target: { target: path, opset: 18 } }, silent)).rejects.toThrow(
    'old takes no opset 18',
  );
});
