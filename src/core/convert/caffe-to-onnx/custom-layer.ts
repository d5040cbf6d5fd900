/** Layers that a user has declared in graphwright.ops.json: each is one node of the user's own operator. */
import {
  type CustomAttribute,
  type CustomAttributeType,
  type CustomOperator,
  type CustomOperators,
  outputTypes,
} from '../../custom/definition.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import { tensorType } from '../../ir/type.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { Layer } from './layer.ts';
import type { LayerRule } from './rule.ts';

/** The entry for a layer: by its type, or by the operator that messages call it. */
export function customLayer(custom: CustomOperators, node: Node): CustomOperator | undefined {
  return custom.forLayer(node.op) ?? custom.forOperator(node.operator) ?? custom.named(node.operator);
}

/** Its inputs are the bottoms, then the blobs; its attributes are fields of the parameters, by their names. */
export function customRule(definition: CustomOperator): LayerRule {
  return (layer, onnx) => {
    const inputs = [...layer.bottoms, ...Array.from({ length: layer.blobCount }, (_, k) => layer.weight(k))];
    checkSignature(layer, definition, inputs.length);
    const attributes = new Map(definition.attributes.flatMap((each) => attributeOf(layer, each, definition)));
    return made(layer, definition, inputs, attributes, onnx);
  };
}

function made(
  layer: Layer,
  definition: CustomOperator,
  inputs: Parameters<OnnxBuilder['node']>[2],
  attributes: ReadonlyMap<string, Attribute>,
  onnx: OnnxBuilder,
) {
  const node = onnx.node(definition.domain, definition.name, inputs, attributes, layer.tops);
  const types = outputTypes(
    definition,
    inputs.map((value) => value?.type),
    attributes,
  );
  // Everything in Caffe is of single precision; sizes are known where the entry has a rule for them.
  for (const [k, value] of node.outputs.entries()) value.type = types[k] ?? tensorType('float32', undefined);
  return node.outputs;
}

function checkSignature(layer: Layer, definition: CustomOperator, count: number): void {
  const least = definition.inputs.filter(({ optional }) => !optional).length;
  if (count < least || count > definition.inputs.length)
    mismatch(
      layer.node,
      definition,
      `it has ${count} bottoms and blobs, and its entry ${definition.inputs.length} inputs`,
    );
  if (layer.tops > definition.outputs.length)
    mismatch(layer.node, definition, `it has ${layer.tops} tops, and its entry ${definition.outputs.length} outputs`);
}

/**
 * What the layer says: of a field `mystery_param.depth` the entry's `depth`, or the whole path; of a message within, also
 * `nms_param_top_k`. What it does not say is the entry's default.
 */
function attributeOf(
  layer: Layer,
  { name, type, default: otherwise }: CustomAttribute,
  definition: CustomOperator,
): [string, Attribute][] {
  const { node } = layer;
  const path =
    [...node.attributes.keys()].find((each) => each === name || each.endsWith(`.${name}`)) ??
    layer.attributes.find((each) => each.name === name)?.path;
  const given = (path === undefined ? undefined : node.attributes.get(path)) ?? otherwise;
  if (!given) return [];
  const attribute = CONVERSIONS[type](given);
  if (!attribute) mismatch(node, definition, `${path} is ${given.type}, and its entry says ${type}`);
  return [[name, attribute]];
}

type Conversion = (given: Attribute) => Attribute | undefined;

/** Numbers go where their meaning stays; an ONNX file has integers for flags. */
const CONVERSIONS: Readonly<Record<CustomAttributeType, Conversion>> = {
  bool: (given) => (given.type === 'bool' ? { type: 'int', value: given.value ? 1n : 0n } : undefined),
  float: (given) => (given.type === 'int' ? { type: 'float', value: Number(given.value) } : only(given, 'float')),
  floats: (given) =>
    given.type === 'ints' ? { type: 'floats', value: given.value.map(Number) } : only(given, 'floats'),
  int: (given) => (given.type === 'bool' ? { type: 'int', value: given.value ? 1n : 0n } : only(given, 'int')),
  ints: (given) => (given.type === 'int' ? { type: 'ints', value: [given.value] } : only(given, 'ints')),
  string: (given) => only(given, 'string'),
  strings: (given) => only(given, 'strings'),
};

function only(given: Attribute, type: Attribute['type']): Attribute | undefined {
  return given.type === type ? given : undefined;
}

function mismatch(node: Node, { file, line }: CustomOperator, reason: string): never {
  refuse('custom-operator-mismatch', node, { entry: `${file}:${line}`, reason });
}
