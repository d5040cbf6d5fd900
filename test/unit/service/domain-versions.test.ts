/** The versions of ai.onnx.ml that a model can be written in. */
import { expect, test } from 'vitest';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import { domainVersions } from '../../../src/service/domain-versions.ts';

const versionsOf = (imports: string, nodes: string) =>
  domainVersions(
    parseModel(`<ir_version: 8, opset_import: [${imports}]> g (string[2] s) => (y) {\n${nodes}\n}`, 'case.onnxtxt'),
  );

const ENCODER = `y = ai.onnx.ml.LabelEncoder <keys_strings = ["a"], values_int64s = [1]> (s)`;

test('each version with its opsets, and what it changes and lacks', () => {
  expect(versionsOf('"" : 15, "ai.onnx.ml" : 2', ENCODER)).toEqual({
    domain: 'ai.onnx.ml',
    own: 2,
    opset: 15,
    versions: [
      { version: 5, opsets: [21, 28], changed: ['LabelEncoder'], missing: [] },
      { version: 4, opsets: [20, 20], changed: ['LabelEncoder'], missing: [] },
      { version: 3, opsets: [16, 19], changed: [], missing: [] },
      { version: 2, opsets: [11, 15], changed: [], missing: [] },
      { version: 1, opsets: [1, 10], changed: ['LabelEncoder'], missing: [] },
    ],
  });
});

test('operators of graphs within count, and those that came later are missing before', () => {
  const found = versionsOf(
    '"" : 21, "ai.onnx.ml" : 5',
    `c = Constant <value = bool {1}> ()
     y = If (c) <
       then_branch = a () => (t) { t = ai.onnx.ml.TreeEnsemble (s) },
       else_branch = b () => (e) { e = ai.onnx.ml.TreeEnsemble (s) }
     >`,
  );
  expect(found?.versions.map(({ missing }) => missing.join())).toEqual(['', ...Array(4).fill('TreeEnsemble')]);
});

test.each([
  ['no node is of the domain', '"" : 15, "ai.onnx.ml" : 2', 'y = Identity (s)'],
  ['it is not imported', '"" : 15', 'y = Identity (s)'],
  ['its version is not known', '"" : 15, "ai.onnx.ml" : 9', ENCODER],
])('nothing is asked where %s', (_, imports, nodes) => expect(versionsOf(imports, nodes)).toBeUndefined());

test('a model without ai.onnx has no opset beside', () => {
  const found = versionsOf('"ai.onnx.ml" : 2', ENCODER);
  expect([found?.own, found?.opset]).toEqual([2, undefined]);
});
