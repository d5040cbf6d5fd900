/** A Caffe graph as a NetParameter: Input layers, then one layer a node; with blobs for the .caffemodel, without for the .prototxt. */
import type { CaffeSchema } from '../../dialects/caffe/schema.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { addAttributes } from './attributes.ts';
import { Tree } from './tree.ts';

/** The two trees of a graph. Throws where an input has no static shape, or a layer has a field that the dialect lacks. */
export function netsOf(graph: Graph, schema: CaffeSchema): { readonly text: Tree; readonly binary: Tree } {
  const names = new BlobNames(graph);
  const [text, binary] = [new Tree(schema.net), new Tree(schema.net)];
  for (const net of [text, binary]) {
    if (graph.name !== '') net.add('name', graph.name);
    for (const input of graph.inputs) addInput(net, input, names.of(input));
  }
  const layers = layerNames(graph, names);
  for (const node of graph.nodes) {
    const name = layers.get(node) ?? '';
    addLayer(text, graph, node, name, names);
    addBlobs(addLayer(binary, graph, node, name, names), graph, node);
  }
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

function addInput(net: Tree, value: Value, name: string): void {
  if (!isStatic(value.shape)) throw new Error(`input ${name} has no static shape`);
  const layer = net.addTree('layer');
  layer.add('name', name);
  layer.add('type', 'Input');
  layer.add('top', name);
  const shape = layer.addTree('input_param').addTree('shape');
  for (const size of value.shape) shape.add('dim', BigInt(size));
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

function addBlobs(layer: Tree, graph: Graph, node: Node): void {
  for (const input of node.inputs) {
    if (!input?.constant || !graph.initializers.has(input)) continue;
    const blob = layer.addTree('blobs');
    const shape = blob.addTree('shape');
    for (const size of input.constant.shape) shape.add('dim', BigInt(size));
    if (input.constant.count > 0) blob.add('data', singles(input.constant));
  }
}

/** The same numbers as float32, which is all that Caffe holds; made when they are written. */
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
