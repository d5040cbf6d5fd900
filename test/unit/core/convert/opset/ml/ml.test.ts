/** Versions of ai.onnx.ml: both sides run in onnxruntime, on inputs that take every way. */
import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../../../src/core/dialects/onnx/check.ts';
import { encodeOnnx } from '../../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Model } from '../../../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../../src/core/runtime/onnxruntime.ts';

const modelOf = (graph: string, nodes: string, ml: number, opset = 15): Model => {
  const [inputs, outputs] = graph.split(' => ');
  const text = nodes.replaceAll('= ml.', '= ai.onnx.ml.');
  return parseModel(
    `<ir_version: 8, opset_import: ["" : ${opset}, "ai.onnx.ml" : ${ml}]> g (${inputs}) => (${outputs}) {\n${text}\n}`,
    'case.onnxtxt',
  );
};

const operators = (model: Model) =>
  [...model.graph.nodes]
    .map(({ op }) => op)
    .filter((op) => op !== 'Constant')
    .join(' ');

const texts = (...items: string[]) =>
  Tensor.ofStrings(
    [items.length],
    items.map((item) => new TextEncoder().encode(item)),
  );

const values = (tensor: Tensor | undefined): unknown[] => {
  if (tensor?.dtype === 'string') return tensor.strings().map((text) => new TextDecoder().decode(text));
  return tensor?.numbers() ?? [];
};

/** Grows along both features, with a way for NaN. */
const POINTS = Tensor.of('float32', [7, 2], [0, 0, 1, 5, 2, -3, 3, 3, -1, 7, Number.NaN, 1, 2, Number.NaN]);
const TREES = `nodes_treeids = [0, 0, 0, 1, 1, 1], nodes_nodeids = [0, 1, 2, 0, 1, 2], nodes_featureids = [0, 0, 0, 1, 0, 0],
  nodes_values = [1.5, 0.0, 0.0, 2.5, 0.0, 0.0], nodes_modes = ["BRANCH_LT", "LEAF", "LEAF", "BRANCH_GTE", "LEAF", "LEAF"],
  nodes_truenodeids = [1, 0, 0, 1, 0, 0], nodes_falsenodeids = [2, 0, 0, 2, 0, 0],
  nodes_missing_value_tracks_true = [1, 0, 0, 0, 0, 0]`;
const VOTES = `target_treeids = [0, 0, 1, 1], target_nodeids = [1, 2, 1, 2], target_ids = [0, 1, 1, 0],
  target_weights = [0.5, -2.0, 3.0, 4.25], n_targets = 2`;
/** Each leaf of the first tree votes for both. */
const BOTH = `target_treeids = [0, 0, 0, 0, 1, 1], target_nodeids = [1, 1, 2, 2, 1, 2], target_ids = [0, 1, 0, 1, 1, 0],
  target_weights = [0.5, 0.25, -2.0, 1.0, 3.0, 1.25], n_targets = 2`;
const ENSEMBLE = `tree_roots = [0, 1], nodes_featureids = [0, 1, 0], nodes_splits = float[3] {1.5, 2.5, 0.5},
  nodes_modes = uint8[3] {1, 2, 0}, nodes_truenodeids = [0, 2, 1], nodes_trueleafs = [1, 0, 1],
  nodes_falsenodeids = [1, 2, 2], nodes_falseleafs = [1, 1, 1], nodes_missing_value_tracks_true = [1, 0, 0],
  leaf_targetids = [0, 1, 1], leaf_weights = float[3] {0.5, -2.0, 3.0}, n_targets = 2`;
const MEMBERS = `tree_roots = [0], nodes_featureids = [0], nodes_splits = float[1] {0.0}, nodes_modes = uint8[1] {6},
  membership_values = float[3] {2.0, 3.0, nan}, nodes_truenodeids = [0], nodes_trueleafs = [1], nodes_falsenodeids = [1],
  nodes_falseleafs = [1], leaf_targetids = [0, 0], leaf_weights = float[2] {1.0, 2.0}, n_targets = 1`;
const CLASSES = `class_treeids = [0, 0, 1, 1, 1], class_nodeids = [1, 2, 1, 2, 2], class_ids = [0, 1, 2, 1, 0],
  class_weights = [0.5, 2.0, 3.0, 1.25, 1.0]`;
const NAMES = texts('b', 'a', 'x', 'c');

test.each<[string, string, number, number, string, Tensor]>([
  // LabelEncoder
  [
    'string[4] x => int64[4] y',
    'y = ml.LabelEncoder <keys_strings = ["a", "b", "c"], values_int64s = [7, 5, 6], default_int64 = -3> (x)',
    3,
    1,
    'CategoryMapper',
    NAMES,
  ],
  [
    'string[4] x => string[4] y',
    'y = ml.LabelEncoder <keys_strings = ["a", "b"], values_strings = ["A", "B"]> (x)',
    2,
    1,
    'CategoryMapper Gather',
    NAMES,
  ],
  [
    'string[4] x => float[4] y',
    'y = ml.LabelEncoder <keys_strings = ["a", "b"], values_floats = [0.5, -1.5], default_float = 9.0> (x)',
    2,
    1,
    'CategoryMapper Gather',
    NAMES,
  ],
  [
    'int64[4] x => string[4] y',
    'y = ml.LabelEncoder <keys_int64s = [5, -2], values_strings = ["five", "less"], default_string = "?"> (x)',
    2,
    1,
    'CategoryMapper',
    Tensor.of('int64', [4], [5n, -2n, 0n, 5n]),
  ],
  [
    'int64[4] x => int64[4] y',
    'y = ml.LabelEncoder <keys_int64s = [5, -2], values_int64s = [1, 1], default_int64 = 8> (x)',
    2,
    1,
    'CategoryMapper CategoryMapper Gather',
    Tensor.of('int64', [4], [5n, -2n, 0n, 5n]),
  ],
  [
    'string[4] x => int16[4] y',
    'y = ml.LabelEncoder <keys_tensor = string[2] {"a", "b"}, values_tensor = int16[2] {3, 4}, default_tensor = int16[1] {42}> (x)',
    4,
    3,
    'LabelEncoder Cast',
    NAMES,
  ],
  [
    'int64[3] x => double[3] y',
    'y = ml.LabelEncoder <keys_int64s = [1, 2], values_tensor = double[2] {0.5, 4.0}, default_tensor = double[1] {-1.0}> (x)',
    4,
    3,
    'LabelEncoder Cast',
    Tensor.of('int64', [3], [1n, 2n, 3n]),
  ],
  [
    'string[4] x => int64[4] y',
    'y = ml.LabelEncoder <classes_strings = ["a", "b", "c"], default_int64 = 9> (x)',
    1,
    4,
    'LabelEncoder',
    NAMES,
  ],
  [
    'int64[3] x => string[3] y',
    'y = ml.LabelEncoder <classes_strings = ["a", "b", "c"], default_string = "none"> (x)',
    1,
    2,
    'LabelEncoder',
    Tensor.of('int64', [3], [2n, 0n, 5n]),
  ],
  // Trees
  ['float[7,2] x => float[7,2] y', `y = ml.TreeEnsemble <${ENSEMBLE}> (x)`, 5, 1, 'TreeEnsembleRegressor', POINTS],
  [
    'float[7,2] x => float[7,2] y',
    `y = ml.TreeEnsemble <${ENSEMBLE}, aggregate_function = 0, post_transform = 3> (x)`,
    5,
    3,
    'TreeEnsembleRegressor',
    POINTS,
  ],
  [
    'float[7,2] x => float[7,2] y',
    `y = ml.TreeEnsemble <${ENSEMBLE}, aggregate_function = 3> (x)`,
    5,
    3,
    'TreeEnsembleRegressor',
    POINTS,
  ],
  ['float[7,2] x => float[7,1] y', `y = ml.TreeEnsemble <${MEMBERS}> (x)`, 5, 3, 'TreeEnsembleRegressor', POINTS],
  [
    'float[7,2] x => float[7,2] y',
    `y = ml.TreeEnsembleRegressor <${TREES}, ${VOTES}> (x)`,
    1,
    5,
    'TreeEnsemble',
    POINTS,
  ],
  [
    'float[7,2] x => float[7,2] y',
    `y = ml.TreeEnsembleRegressor <${TREES}, ${BOTH}, base_values = [0.5, -1.0], post_transform = "SOFTMAX"> (x)`,
    3,
    5,
    'TreeEnsemble Add Softmax',
    POINTS,
  ],
  [
    'float[7,2] x => float[7,2] y',
    `y = ml.TreeEnsembleRegressor <${TREES}, ${VOTES.replace('target_nodeids = [1, 2, 1, 2]', 'target_nodeids = [1, 2, 1, 1]')}, aggregate_function = "AVERAGE"> (x)`,
    3,
    5,
    'TreeEnsemble Div',
    POINTS,
  ],
  [
    'float[7,2] x => string[7] y, float[7,3] z',
    `y, z = ml.TreeEnsembleClassifier <${TREES}, ${CLASSES}, classlabels_strings = ["r", "g", "b"]> (x)`,
    3,
    5,
    'TreeEnsemble ArgMax Gather',
    POINTS,
  ],
  [
    'float[7,2] x => int64[7] y, float[7,3] z',
    `y, z = ml.TreeEnsembleClassifier <${TREES}, ${CLASSES}, classlabels_int64s = [4, 5, 6], post_transform = "LOGISTIC"> (x)`,
    1,
    5,
    'TreeEnsemble ArgMax Gather Sigmoid',
    POINTS,
  ],
])('%s: %s, from ai.onnx.ml %i to %i', async (graph, nodes, from, to, gives, x) => {
  const before = modelOf(graph, nodes, from);
  const bytes = encodeOnnx(before);
  const { model, problems } = convertOpset(before, 15, { ml: to });
  expect(problems.map(({ message }) => message)).toEqual([]);
  expect(model.opsetImports.get('ai.onnx.ml')).toBe(to);
  expect(operators(model)).toBe(gives);
  expect(
    checkOnnx(model)
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message),
  ).toEqual([]);
  const inputs = new Map([['x', x]]);
  const [a, b] = [await runModel(bytes, inputs), await runModel(encodeOnnx(model), inputs)];
  for (const { name = '' } of model.graph.outputs) {
    const [given, wanted] = [values(b.get(name)), values(a.get(name))];
    expect(b.get(name)?.dtype).toBe(a.get(name)?.dtype);
    expect(given.length).toBeGreaterThan(0);
    given.forEach((value, k) => {
      if (typeof value === 'number') expect(value).toBeCloseTo(Number(wanted[k]), 5);
      else expect(value).toBe(wanted[k]);
    });
  }
});

test.each([
  [
    'float[3] x => int64[3] y',
    'y = ml.LabelEncoder <keys_floats = [0.5], values_int64s = [1]> (x)',
    2,
    1,
    'ai.onnx.ml::LabelEncoder needs opset 2 of ai.onnx.ml: version 1 looks no floats up.',
  ],
  [
    'double[3] x => int64[3] y',
    'y = ml.LabelEncoder <keys_tensor = double[1] {0.5}, values_int64s = [1]> (x)',
    4,
    3,
    'its keys are doubles',
  ],
  [
    'string[3] x => double[3] y',
    'y = ml.LabelEncoder <keys_strings = ["a"], values_tensor = double[1] {0.1}> (x)',
    4,
    3,
    'its values are doubles',
  ],
  [
    'double[7,2] x => double[7,1] y',
    `y = ml.TreeEnsemble <${MEMBERS.replaceAll('float[', 'double[')}> (x)`,
    5,
    4,
    'its results are doubles',
  ],
  [
    'float[7,2] x => float[7,1] y',
    `y = ml.TreeEnsemble <${MEMBERS.replace('nodes_falseleafs = [1]', 'nodes_falseleafs = [0]').replace('nodes_falsenodeids = [1]', 'nodes_falsenodeids = [0]')}> (x)`,
    5,
    4,
    'go around in circles',
  ],
  [
    'float[7,2] x => float[7,2] y',
    `y = ml.TreeEnsemble <${ENSEMBLE}, post_transform = 1> (x)`,
    5,
    4,
    'runtimes do not agree on whether it means SOFTMAX or LOGISTIC',
  ],
  [
    'float[7,2] x => float[7,2] y',
    `y = ml.TreeEnsembleRegressor <${TREES.replace('nodes_values = [1.5, 0.0, 0.0, 2.5, 0.0, 0.0]', 'nodes_values_as_tensor = double[6] {0.1, 0.0, 0.0, 2.5, 0.0, 0.0}')}, ${VOTES}> (x)`,
    3,
    2,
    'its numbers are doubles',
  ],
  [
    'float[7,2] x => string[7] y, float[7,2] z',
    `y, z = ml.TreeEnsembleClassifier <${TREES}, ${CLASSES.replace('[0, 1, 2, 1, 0]', '[0, 1, 1, 1, 0]')}, classlabels_strings = ["n", "y"]> (x)`,
    3,
    5,
    'two classes',
  ],
])('%s: %s is refused from ai.onnx.ml %i to %i', (graph, nodes, from, to, reason) => {
  const { problems } = convertOpset(modelOf(graph, nodes, from), 15, { ml: to });
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(reason)]);
});

const ENCODER = 'y = ml.LabelEncoder <keys_strings = ["a"], values_int64s = [7]> (x)';
const WITH_IMPORTS = (imports: string) =>
  parseModel(
    `<ir_version: 8, opset_import: [${imports}]> g (string[4] x) => (int64[4] y) { ${ENCODER.replace('ml.', 'ai.onnx.ml.')} }`,
    'case.onnxtxt',
  );

test('a newer ai.onnx.ml goes down to the one that was released with the opset, and no other is touched', () => {
  const after = (imports: string, to: number) => {
    const { model, problems } = convertOpset(WITH_IMPORTS(imports), to);
    expect(problems).toEqual([]);
    return [model.opsetImports.get('ai.onnx.ml'), operators(model)];
  };
  expect(after('"" : 17, "ai.onnx.ml" : 3', 13)).toEqual([2, 'LabelEncoder']);
  expect(after('"" : 17, "ai.onnx.ml" : 3', 10)).toEqual([1, 'CategoryMapper']);
  expect(after('"" : 17, "ai.onnx.ml" : 2', 13)).toEqual([2, 'LabelEncoder']);
  expect(after('"" : 13, "ai.onnx.ml" : 2', 21)).toEqual([2, 'LabelEncoder']);
  expect(after('"" : 17, "ai.onnx.ml" : 5', 17)).toEqual([5, 'LabelEncoder']);
  expect(after('"ai.onnx.ml" : 5', 17)).toEqual([3, 'LabelEncoder']);
});

test('what is made of other operators imports their opset', () => {
  const text = `<ir_version: 8, opset_import: ["ai.onnx.ml" : 4]> g (string[2] x) => (int16[2] y) {
    y = ai.onnx.ml.LabelEncoder <keys_strings = ["a"], values_tensor = int16[1] {3}, default_tensor = int16[1] {4}> (x)
  }`;
  const { model, problems } = convertOpset(parseModel(text, 'case.onnxtxt'), 17);
  expect(problems).toEqual([]);
  expect([...model.opsetImports]).toEqual([
    ['ai.onnx.ml', 3],
    ['', 17],
  ]);
  expect(checkOnnx(model).filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('functions and subgraphs go along', () => {
  const model = parseModel(
    `<ir_version: 8, opset_import: ["" : 17, "ai.onnx.ml" : 2, "acme" : 1]>
     g (bool c, string[4] x) => (int64[4] y) {
       y = If (c) <then_branch = t () => (int64[4] a) { a = ai.onnx.ml.LabelEncoder <keys_strings = ["a"], values_int64s = [7]> (x) },
         else_branch = e () => (int64[4] b) { b = acme.Code (x) }>
     }
     <domain: "acme", opset_import: ["" : 17, "ai.onnx.ml" : 2]> Code (v) => (w) {
       w = ai.onnx.ml.LabelEncoder <keys_strings = ["b"], values_int64s = [8]> (v)
     }`,
    'case.onnxtxt',
  );
  expect(convertOpset(model, 17, { ml: 1 }).problems).toEqual([]);
  const nodes = [...model.graph.allNodes(), ...(model.functions[0]?.graph.nodes ?? [])];
  expect(nodes.filter(({ domain }) => domain === 'ai.onnx.ml').map(({ op }) => op)).toEqual([
    'CategoryMapper',
    'CategoryMapper',
  ]);
  expect(model.functions[0]?.opsetImports.get('ai.onnx.ml')).toBe(1);
});
