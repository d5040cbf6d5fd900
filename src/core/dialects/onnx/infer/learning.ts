/** Type and shape rules of ai.onnx.ml. Rules: the operator specification of that domain. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, type Shape } from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import { clash, each, type Outcome, product, type Rules, shapeOf } from './rule.ts';
import { checkTrees } from './trees.ts';

export const learning: Rules = {
  ...each('Binarizer Imputer', (node) => [shapeOf(node)]),
  ...each('Scaler Normalizer', (node) => [tensorType('float32', shapeOf(node))]),
  ArrayFeatureExtractor: (node) => {
    const [shape, chosen] = [shapeOf(node), shapeOf(node, 1)];
    if (!shape) return [undefined];
    const count = chosen && product(chosen);
    return [shape.length === 1 ? [1, count] : [...shape.slice(0, -1), count]];
  },
  // The definitions say rank 1, onnxruntime gives rank 2.
  CastMap: (node) => {
    const types: Readonly<Record<string, DataType>> = { TO_FLOAT: 'float32', TO_INT64: 'int64', TO_STRING: 'string' };
    const dtype = types[node.string('cast_to', 'TO_FLOAT')];
    return [dtype ? tensorType(dtype) : clash(node, `cast_to is ${node.string('cast_to', '')}`)];
  },
  DictVectorizer: (node) => {
    const type = node.input(0)?.type;
    const value = type?.kind === 'map' ? type.value : undefined;
    return [value?.kind === 'tensor' ? tensorType(value.dtype) : undefined];
  },
  CategoryMapper: (node) => {
    const [numbers, texts] = [node.ints('cats_int64s'), node.attribute('cats_strings', 'strings')];
    if (!numbers || !texts) clash(node, 'it needs cats_int64s and cats_strings');
    if (numbers.length !== texts.length) clash(node, `${numbers.length} numbers stand for ${texts.length} texts`);
    return [tensorType(node.input(0)?.dtype === 'string' ? 'int64' : 'string', shapeOf(node))];
  },
  FeatureVectorizer: (node) => {
    const dimensions = node.ints('inputdimensions')?.map(Number);
    const shapes = node.inputs.map((value) => value?.shape);
    const width = dimensions?.reduce<Dim>(add, 0) ?? shapes.map((shape) => shape && product(shape, 1)).reduce(add, 0);
    return [tensorType('float32', [shapes[0]?.length === 1 ? undefined : shapes[0]?.[0], width])];
  },
  LabelEncoder: (node, version) => [encoded(node, version)],
  LinearClassifier: (node) => {
    const { dtype, count } = labels(node, 'classlabels_ints');
    const intercepts = node.attribute('intercepts', 'floats')?.length ?? 0;
    const classes = intercepts === 1 && count === 2 ? 2 : intercepts;
    const batch = batchOf(node);
    return [tensorType(dtype, [batch]), [batch, classes]];
  },
  LinearRegressor: (node) => [[batchOf(node), Number(node.int('targets', 1n))]],
  OneHotEncoder: (node) => {
    const categories = [node.ints('cats_int64s'), node.attribute('cats_strings', 'strings')].filter((list) => list);
    if (categories.length !== 1) clash(node, 'it needs one of cats_int64s and cats_strings');
    const shape = shapeOf(node);
    return [tensorType('float32', shape && [...shape, categories[0]?.length])];
  },
  SVMClassifier: (node) => {
    // Without probabilities there is a score for each class or for each pair of them.
    const probable = (node.attribute('prob_a', 'floats')?.length ?? 0) > 0;
    const { dtype, count } = labels(node, 'classlabels_ints');
    const batch = batchOf(node);
    return [tensorType(dtype, [batch]), [batch, probable && count > 0 ? count : undefined]];
  },
  SVMRegressor: (node) => [[batchOf(node), 1]],
  TreeEnsemble: (node) => {
    checkTrees(node);
    const targets = node.int('n_targets');
    const dtype = node.input(0)?.dtype;
    return [dtype && tensorType(dtype, [matrixRows(node), targets === undefined ? undefined : Number(targets)])];
  },
  TreeEnsembleClassifier: (node, version) => {
    const { dtype, count } = labels(node, 'classlabels_int64s');
    if (version >= 3) {
      onlyOne(node, 'nodes_values nodes_hitrates class_weights base_values');
      if (count === 0) clash(node, 'it needs classlabels_int64s or classlabels_strings');
    }
    const rows = matrixRows(node);
    return [tensorType(dtype, [rows]), [rows, count > 0 ? count : undefined]];
  },
  TreeEnsembleRegressor: (node, version) => {
    if (version >= 3) onlyOne(node, 'nodes_values nodes_hitrates target_weights base_values');
    const targets = node.int('n_targets');
    return [tensorType('float32', [matrixRows(node), targets === undefined ? undefined : Number(targets)])];
  },
  ZipMap: (node) => {
    const rank = shapeOf(node)?.length;
    if (rank !== undefined && rank !== 1 && rank !== 2) clash(node, `the data has rank ${rank}, not 1 or 2`);
    const integers = (node.ints('classlabels_int64s')?.length ?? 0) > 0;
    const { dtype, count } = labels(node, 'classlabels_int64s');
    const key = integers ? 'int64' : dtype;
    if (count === 0) clash(node, 'it needs classlabels_int64s or classlabels_strings');
    return [{ kind: 'sequence', element: { kind: 'map', key, value: tensorType('float32', []) } }];
  },
};

/** The classes that a classifier names, and their type: texts where there are any. */
function labels(node: Node, integers: string): { dtype: 'string' | 'int64'; count: number } {
  const texts = node.attribute('classlabels_strings', 'strings') ?? [];
  if (texts.length > 0) return { dtype: 'string', count: texts.length };
  return { dtype: 'int64', count: node.ints(integers)?.length ?? 0 };
}

/** The rows of data: a list alone is one row. */
function batchOf(node: Node): Dim {
  const shape = shapeOf(node);
  if (!shape) return undefined;
  if (shape.length !== 1 && shape.length !== 2) clash(node, `the data has rank ${shape.length}, not 1 or 2`);
  return shape.length === 1 ? 1 : shape[0];
}

function matrixRows(node: Node): Dim {
  const shape: Shape | undefined = shapeOf(node);
  if (shape && shape.length !== 2) clash(node, `the data has rank ${shape.length}, not 2`);
  return shape?.[0];
}

/** Numbers come as a list of floats or as a tensor, not as both. */
function onlyOne(node: Node, names: string): void {
  for (const name of names.split(' ')) {
    if (node.attributes.has(name) && node.attributes.has(`${name}_as_tensor`)) {
      clash(node, `it has both ${name} and ${name}_as_tensor`);
    }
  }
}

const LISTS: readonly (readonly [suffix: string, DataType])[] = [
  ['strings', 'string'],
  ['int64s', 'int64'],
  ['floats', 'float32'],
];

/** Version 1 turns texts into integers and back; later ones name keys and values by their types. */
function encoded(node: Node, version: number): Outcome {
  const shape = shapeOf(node);
  const type = node.input(0)?.dtype;
  if (version < 2) return type && tensorType(type === 'string' ? 'int64' : 'string', shape);
  const [keys, values] = [listOf(node, 'keys'), listOf(node, 'values')];
  if (type && keys.dtype !== type) clash(node, `its keys are ${keys.dtype}, its input is ${type}`);
  if (version >= 4 && keys.length !== values.length)
    clash(node, `${keys.length} keys stand for ${values.length} values`);
  const fallback = version >= 4 ? node.attribute('default_tensor', 'tensor') : undefined;
  if (fallback && fallback.dtype !== values.dtype)
    clash(node, `its default is ${fallback.dtype}, its values are ${values.dtype}`);
  if (fallback && (fallback.shape.length !== 1 || fallback.shape[0] !== 1))
    clash(node, 'its default is not one element of rank 1');
  return tensorType(values.dtype, shape);
}

function listOf(node: Node, what: string): { dtype: DataType; length: number } {
  const found: { dtype: DataType; length: number }[] = [];
  for (const [suffix, dtype] of LISTS) {
    const attribute = node.attributes.get(`${what}_${suffix}`);
    if (attribute && Array.isArray(attribute.value)) found.push({ dtype, length: attribute.value.length });
  }
  const tensor = node.attributes.get(`${what}_tensor`);
  if (tensor?.type === 'tensor') {
    if (tensor.value.shape.length !== 1) clash(node, `${what}_tensor has rank ${tensor.value.shape.length}, not 1`);
    found.push({ dtype: tensor.value.dtype, length: tensor.value.count });
  }
  const [only] = found;
  if (!only || found.length > 1) clash(node, `it needs one list of ${what}, but has ${found.length}`);
  return only;
}
