/**
 * Layers of which nobody says what they compute: each is one node of an operator in the domain of its dialect, which its runtime
 * must know. Its inputs are the bottoms, then the blobs; its attributes are what the layer's parameters say, by the schema.
 */
import type { CaffeField } from '../../dialects/caffe/schema.ts';
import { type Attribute, float, floats, int, ints, string } from '../../ir/attribute.ts';
import { tensorType } from '../../ir/type.ts';
import { problem } from '../../problems/problem.ts';
import type { LayerRule } from './rule.ts';
import { type UndefinedLayer, undefinedLayer } from './undefined.ts';

/** The domain of the operators that layers of a dialect become. */
export function domainOf(dialect: string): string {
  return `caffe.${dialect}`;
}

/** The domain of the operator that a layer is: of one that becomes an operator of its own, or `caffe` for that of a user. */
export function operatorDomain(dialect: string, type: string): string {
  return undefinedLayer(dialect, type) ? domainOf(dialect) : 'caffe';
}

/** One node with a value a top, and a problem that says that its runtime has to bring it along. */
export function ownOperator(dialect: string, { reason, tops }: UndefinedLayer): LayerRule {
  return (layer, onnx) => {
    const inputs = [...layer.bottoms, ...Array.from({ length: layer.blobCount }, (_, k) => layer.weight(k))];
    const said = layer.said();
    const attributes = layer.attributes.flatMap(({ name, path, field }) => attributeFor(said.get(path), field, name));
    const domain = domainOf(dialect);
    const node = onnx.node(domain, layer.type, inputs, attributes, layer.tops);
    const shapes = tops(layer);
    for (const [k, value] of node.outputs.entries()) value.type = tensorType('float32', shapes[k]);
    layer.problems.push(problem('layer-undefined', layer.node, { reason, made: `${domain}::${layer.type}` }));
    return node.outputs;
  };
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

/** What the schema says of a field that a layer leaves out. */
export function otherwiseOf({ otherwise, repeated, type }: CaffeField): Attribute | undefined {
  if (otherwise === undefined || repeated) return undefined;
  if (typeof otherwise === 'boolean') return int(otherwise ? 1 : 0);
  if (typeof otherwise === 'string') return string(otherwise);
  const isReal = type.kind === 'scalar' && (type.name === 'float' || type.name === 'double');
  return isReal ? float(otherwise) : int(otherwise);
}
