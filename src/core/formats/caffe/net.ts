/** A Caffe graph as a NetParameter: Input layers, then one layer a node; with blobs for the .caffemodel, without for the .prototxt. */
import type { CaffeSchema } from '../../dialects/caffe/schema.ts';
import type { DataType } from '../../ir/dtype.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, type StaticShape } from '../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { addAttributes } from './attributes.ts';
import { Tree, type UnknownField } from './tree.ts';

export interface Nets {
  readonly text: Tree;
  readonly binary: Tree;
}

/** The two trees of a model. Throws where an input has no static shape, or a layer has a field that the dialect lacks. */
export function netsOf({ graph, metadata, unknown }: Model, schema: CaffeSchema): Nets {
  // What was read from Caffe is written as it stood there; what was made is float32, which all of Caffe reads.
  const asRead = metadata.has('caffe.dialect');
  const names = new BlobNames(graph);
  const [text, binary] = [new Tree(schema.net), new Tree(schema.net)];
  for (const net of [text, binary]) {
    if (graph.name !== '') net.add('name', graph.name);
    const add = schema.layer.fields.has('input_param') ? addInput : addNamedInput;
    for (const input of graph.inputs) add(net, input, names.of(input), asRead);
  }
  const layers = layerNames(graph, names);
  for (const node of graph.nodes) {
    const name = layers.get(node) ?? '';
    addLayer(text, graph, node, name, names);
    addBlobs(addLayer(binary, graph, node, name, names), graph, node, asRead);
  }
  if (unknown) binary.unknown.push(unknownField(unknown));
  return { text, binary };
}

/** Layers that make the outputs of the graph keep their names, as do inputs: OpenCV's users ask for layers. */
function layerNames(graph: Graph, blobs: BlobNames): ReadonlyMap<Node, string> {
  const free = new UniqueNames(graph.inputs.map((input) => blobs.of(input)));
  const last = graph.outputs.flatMap((value) => value.producer ?? []);
  const named = new Map<Node, string>();
  for (const node of [...last, ...graph.nodes]) {
    if (!named.has(node)) named.set(node, free.unique(node.name || node.outputs[0]?.name || node.op));
  }
  return named;
}

function addInput(net: Tree, value: Value, name: string, asRead: boolean): void {
  const layer = net.addTree('layer');
  layer.add('name', name);
  layer.add('type', 'Input');
  layer.add('top', name);
  const shape = sizesOf(value, name, asRead);
  if (shape) addSizes(layer.addTree('input_param').addTree('shape'), shape);
}

/** For frameworks from before there were Input layers. */
function addNamedInput(net: Tree, value: Value, name: string, asRead: boolean): void {
  net.add('input', name);
  const shape = sizesOf(value, name, asRead);
  if (shape) addSizes(net.addTree('input_shape'), shape);
}

/** A network that says nothing of its input's sizes is written as it was read. */
function sizesOf({ shape }: Value, name: string, asRead: boolean): StaticShape | undefined {
  if (isStatic(shape)) return shape;
  if (asRead) return undefined;
  throw new Error(`input ${name} has no static shape`);
}

function addSizes(to: Tree, shape: StaticShape): void {
  for (const size of shape) to.add('dim', BigInt(size));
}

function addLayer(net: Tree, graph: Graph, node: Node, name: string, names: BlobNames): Tree {
  const layer = net.addTree('layer');
  layer.add('name', name);
  layer.add('type', node.op);
  for (const input of node.inputs) if (input && !graph.initializers.has(input)) layer.add('bottom', names.of(input));
  for (const output of node.outputs) layer.add('top', names.of(output));
  addAttributes(layer, node.attributes);
  return layer;
}

function addBlobs(layer: Tree, graph: Graph, node: Node, asRead: boolean): void {
  for (const input of node.inputs) {
    if (!input?.constant || !graph.initializers.has(input)) continue;
    addBlob(layer.addTree('blobs'), input.constant, asRead);
  }
}

/** Fields that hold other numbers than float32, where a dialect has them, and what `raw_data_type` says of them. */
const NUMBERS: Partial<Record<DataType, { readonly field: string; readonly raw?: string }>> = {
  float16: { field: 'raw_data', raw: 'FLOAT16' },
  float64: { field: 'double_data' },
  int8: { field: 'int8_data' },
  int32: { field: 'int32_data' },
  uint64: { field: 'uint64_data' },
};

function addBlob(blob: Tree, tensor: Tensor, asRead: boolean): void {
  const shape = blob.addTree('shape');
  for (const size of tensor.shape) shape.add('dim', BigInt(size));
  if (tensor.info.unknown) blob.unknown.push(unknownField(tensor.info.unknown));
  if (tensor.count === 0) return;
  const { field = 'data', raw } = (asRead && NUMBERS[tensor.dtype]) || {};
  if (field === 'data' || !blob.message.fields.has(field)) {
    blob.add('data', singles(tensor));
    return;
  }
  if (raw !== undefined) blob.add('raw_data_type', raw);
  const packed = field === 'int32_data' || field === 'uint64_data';
  for (const value of packed ? tensor.bigints() : [tensor]) blob.add(field, value);
}

function unknownField(bytes: Uint8Array): UnknownField {
  return { number: 0, wire: 2, bytes: Tensor.ofBytes('uint8', [bytes.length], bytes), offset: 0 };
}

/** The same numbers as float32; made when they are written. */
function singles(tensor: Tensor): Tensor {
  if (tensor.dtype === 'float32') return tensor;
  const compute = () => new Uint8Array(Float32Array.from(tensor.numbers()).buffer);
  return new Tensor('float32', tensor.shape, new ComputedSource('computed', compute));
}

class UniqueNames {
  private readonly taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.taken = new Set(taken);
  }

  unique(wanted: string): string {
    let name = wanted;
    for (let k = 2; this.taken.has(name); k++) name = `${wanted}_${k}`;
    this.taken.add(name);
    return name;
  }
}

/** A name for each blob: inputs and outputs of the graph keep theirs, whatever else has the same one. */
class BlobNames {
  private readonly names = new Map<Value, string>();
  private readonly free = new UniqueNames();

  constructor(graph: Graph) {
    for (const value of [...graph.inputs, ...graph.outputs]) this.of(value);
  }

  of(value: Value): string {
    let name = this.names.get(value);
    if (name === undefined) {
      name = this.free.unique(value.name || value.producer?.name || 'blob');
      this.names.set(value, name);
    }
    return name;
  }
}
