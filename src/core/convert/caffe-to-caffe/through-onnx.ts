/**
 * A layer that another framework lacks, or reads as something else, by way of ONNX: what the one computes, in layers of the
 * other that compute the same. The rules are those of whole models; nothing that is only nearly the same is made.
 */
import { Graph } from '../../ir/graph.ts';
import { makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { foldConstants } from '../../passes/fold/fold-constants.ts';
import { fusionsNamed } from '../../passes/fusions/table.ts';
import { runPasses } from '../../passes/run.ts';
import type { Problem } from '../../problems/problem.ts';
import { caffeToOnnx } from '../caffe-to-onnx/convert.ts';
import { onnxToCaffe } from '../onnx-to-caffe/convert.ts';
import type { Names } from './names.ts';
import type { Wording } from './wording.ts';

/**
 * Puts the layers in the place of the layer, and returns what there is to remark of them; undefined, and nothing is changed, where there
 * are none, or sizes are not known.
 */
export function throughOnnx(layer: Wording, names: Names): readonly Problem[] | undefined {
  const bottoms = [...new Set(layer.bottoms)];
  if (bottoms.length === 0 || !bottoms.every(({ shape }) => isStatic(shape))) return undefined;
  const found = inOtherLayers(layer, bottoms);
  if (!found) return undefined;
  const { graph: made, remarks } = found;
  const given = new Map(made.inputs.map((value, k) => [value, bottoms[k]]));
  const isInput = (value: Value) => given.has(value);
  // An output of the network has a layer of its own that gives it its name.
  if (made.outputs.some((value, k) => isInput(value) && layer.node.outputs[k]?.isGraphOutput)) return undefined;
  putInPlace(layer, made, given, names);
  return remarks;
}

interface Made {
  readonly graph: Graph;
  readonly remarks: readonly Problem[];
}

/** The layer alone as a network, converted; undefined where one of the two sides has no rule for it. */
function inOtherLayers({ node, graph, from, to }: Wording, bottoms: readonly Value[]): Made | undefined {
  const alone = new Graph(node.name ?? node.op);
  const values = new Map(
    bottoms.map((value, k) => [value, alone.addInput({ name: `bottom_${k}`, type: value.type })] as const),
  );
  const inputs = node.inputs.map((value) => {
    const { constant, name } = value ?? {};
    return constant && value && graph.initializers.has(value)
      ? alone.addInitializer({ name, constant })
      : value && values.get(value);
  });
  const { op, name, attributes, origin, scope, sourceName } = node;
  const outputs = node.outputs.map(({ name: top }) => ({ name: top }));
  const copy = new Node(op, inputs, { domain: 'caffe', name, attributes, outputs, origin, scope, sourceName });
  alone.nodes.append(copy);
  for (const output of copy.outputs) alone.addOutput(output);
  const network = makeModel('caffe', alone);
  network.metadata.set('caffe.dialect', from.dialect);
  const { model, problems } = caffeToOnnx(network, from);
  if (problems.length > 0) return undefined;
  runPasses(model, [foldConstants, ...fusionsNamed(to.fusions)]);
  const { model: there, problems: further } = onnxToCaffe(model, to);
  if (further.some(({ severity }) => severity !== 'information')) return undefined;
  return { graph: there.graph, remarks: further };
}

function putInPlace(
  { node, graph }: Wording,
  made: Graph,
  given: ReadonlyMap<Value, Value | undefined>,
  names: Names,
): void {
  const tops = made.outputs;
  while (made.output(0)) made.removeOutput(0);
  for (const [value, bottom] of given) if (bottom) value.replaceAllUsesWith(bottom);
  for (const value of made.initializers) graph.initializers.add(value);
  for (const [k, output] of node.outputs.entries()) {
    const there = tops[k];
    if (!there) continue;
    const own = given.get(there) ?? there;
    if (own === there) own.name = output.name;
    output.replaceAllUsesWith(own);
  }
  for (const each of [...made.nodes]) {
    for (const top of each.outputs) if (!tops.includes(top)) top.name = names.fresh(top.name ?? each.op);
    const [first] = each.outputs;
    each.name = first !== undefined && first === tops[0] ? node.name : (first?.name ?? names.fresh(each.op));
    made.nodes.unlink(each);
    graph.nodes.insertBefore(node, each);
  }
  graph.nodes.remove(node);
}
