/**
 * Layers of which nobody says what they compute: each is one node of an operator in the domain of its dialect, which its runtime
 * must know. Its inputs are the bottoms, then the blobs; its attributes are what the layer's parameters say, by the schema.
 */
import type { CaffeField, CaffeMessage } from '../../dialects/caffe/schema.ts';
import { type Attribute, float, floats, int, ints, string } from '../../ir/attribute.ts';
import { tensorType } from '../../ir/type.ts';
import { problem } from '../../problems/problem.ts';
import { isHarmless } from './harmless.ts';
import type { LayerRule } from './rule.ts';
import type { UndefinedLayer } from './undefined.ts';

/** The domain of the operators that layers of a dialect become. */
export function domainOf(dialect: string): string {
  return `caffe.${dialect}`;
}

/** One node with a value a top, and a problem that says that its runtime has to bring it along. */
export function ownOperator(dialect: string, { reason, tops }: UndefinedLayer): LayerRule {
  return (layer, onnx) => {
    const inputs = [...layer.bottoms, ...Array.from({ length: layer.blobCount }, (_, k) => layer.weight(k))];
    const said = layer.said();
    const [first, ...others] = layer.parameters;
    const attributes = [
      ...(first ? ofField(said, first, '') : []),
      ...others.flatMap((field) => ofField(said, field, `${field.name}_`)),
    ];
    const domain = domainOf(dialect);
    const node = onnx.node(domain, layer.type, inputs, attributes, layer.tops);
    const shapes = tops(layer);
    for (const [k, value] of node.outputs.entries()) value.type = tensorType('float32', shapes[k]);
    layer.problems.push(problem('layer-undefined', layer.node, { reason, made: `${domain}::${layer.type}` }));
    return node.outputs;
  };
}

/** Those of a field of the layer that holds parameters. */
function ofField(
  said: ReadonlyMap<string, Attribute>,
  field: CaffeField,
  prefix: string,
): readonly (readonly [string, Attribute])[] {
  if (field.type.kind !== 'message') return [];
  if (field.repeated) return [...within(said, field, field.type.message, field.name, field.name)];
  return [...attributesOf(said, field.type.message, `${field.name}.`, prefix)];
}

/** What the message says, and what the schema says of fields that it leaves out. Names of messages within go before. */
function attributesOf(
  said: ReadonlyMap<string, Attribute>,
  message: CaffeMessage,
  path: string,
  prefix: string,
): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const field of message.fields.values()) {
    const own = `${path}${field.name}`;
    if (isHarmless(own)) continue;
    const name = `${prefix}${field.name}`;
    for (const [each, attribute] of field.type.kind === 'message'
      ? within(said, field, field.type.message, own, name)
      : attributeFor(said.get(own), field, name)) {
      attributes.set(each, attribute);
    }
  }
  return attributes;
}

/** Those of a message within: one of several has its number behind its name. */
function within(
  said: ReadonlyMap<string, Attribute>,
  { repeated }: CaffeField,
  message: CaffeMessage,
  path: string,
  name: string,
): Iterable<readonly [string, Attribute]> {
  if (!repeated) return attributesOf(said, message, `${path}.`, `${name}_`);
  const found = new Map<string, Attribute>();
  for (let k = 0; [...said.keys()].some((each) => each.startsWith(`${path}[${k}].`)); k++) {
    for (const [each, attribute] of attributesOf(said, message, `${path}[${k}].`, `${name}_${k}_`))
      found.set(each, attribute);
  }
  return found;
}

function attributeFor(said: Attribute | undefined, field: CaffeField, name: string): [string, Attribute][] {
  const value = said ? ofOnnx(said) : otherwiseOf(field);
  return value ? [[name, value]] : [];
}

/** Truth values are integers in an ONNX file; so is nothing else that Caffe has no type of ONNX for. */
function ofOnnx(said: Attribute): Attribute | undefined {
  switch (said.type) {
    case 'bool':
      return int(said.value ? 1 : 0);
    case 'bools':
      return ints(said.value.map((each) => (each ? 1 : 0)));
    case 'float':
      return float(said.value);
    case 'floats':
      return floats(said.value);
    case 'int':
      return int(said.value);
    case 'ints':
      return ints(said.value);
    case 'string':
    case 'strings':
    case 'tensor':
      return said;
    default:
      return undefined;
  }
}

function otherwiseOf({ otherwise, repeated, type }: CaffeField): Attribute | undefined {
  if (otherwise === undefined || repeated) return undefined;
  if (typeof otherwise === 'boolean') return int(otherwise ? 1 : 0);
  if (typeof otherwise === 'string') return string(otherwise);
  const isReal = type.kind === 'scalar' && (type.name === 'float' || type.name === 'double');
  return isReal ? float(otherwise) : int(otherwise);
}
