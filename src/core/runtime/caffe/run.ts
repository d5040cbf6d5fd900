/** A plain reference interpreter of Caffe networks in single precision: slow, and by the definitions of the layers alone. */
import { InputError } from '../../ir/errors.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, shapeText } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { activationLayers } from './activations.ts';
import { axiswiseLayers } from './axiswise.ts';
import { type Blob, blobOf, type Layer } from './blob.ts';
import { convolutionLayers } from './convolution.ts';
import { correlationLayers } from './correlation.ts';
import { deformableLayers } from './deformable.ts';
import { detectionLayers } from './detection.ts';
import { elementwiseLayers } from './elementwise.ts';
import { flowLayers } from './flow.ts';
import { mluDetectionLayers } from './mlu-detections.ts';
import { movementLayers } from './movement.ts';
import { normalizationLayers } from './normalization.ts';
import { poolingLayers } from './pooling.ts';
import { priorLayers } from './priors.ts';
import { productLayers } from './products.ts';
import { proposalLayers } from './proposal.ts';
import { recurrentLayers } from './recurrent.ts';
import { regionLayers } from './regions.ts';
import { resamplingLayers } from './resampling.ts';
import { reshapingLayers } from './reshaping.ts';
import { rpnLayers } from './rpn.ts';
import { type Semantics, semanticsOf } from './semantics.ts';
import { sequenceLayers } from './sequences.ts';
import { sourceLayers } from './sources.ts';
import { transformerLayers } from './transformers.ts';
import { unpoolingLayers } from './unpooling.ts';
import { yoloLayers } from './yolo.ts';
import { yoloOutputLayers } from './yolo-outputs.ts';

const LAYERS: Readonly<Record<string, Layer>> = {
  ...activationLayers,
  ...axiswiseLayers,
  ...convolutionLayers,
  ...correlationLayers,
  ...deformableLayers,
  ...detectionLayers,
  ...elementwiseLayers,
  ...flowLayers,
  ...mluDetectionLayers,
  ...movementLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...priorLayers,
  ...productLayers,
  ...proposalLayers,
  ...recurrentLayers,
  ...regionLayers,
  ...resamplingLayers,
  ...reshapingLayers,
  ...rpnLayers,
  ...sequenceLayers,
  ...sourceLayers,
  ...transformerLayers,
  ...unpoolingLayers,
  ...yoloLayers,
  ...yoloOutputLayers,
};

/** The layer types that are run. */
export const CAFFE_RUNS: ReadonlySet<string> = new Set(Object.keys(LAYERS));

/**
 * Runs a network on inputs by name, or by position where names differ. Its layers mean what they do in a dialect: that which
 * it was read in, or another one that this is like. Throws InputError `runtime-failed`, also for a layer that is not run, or
 * not with such parameters.
 */
export function runCaffe(
  model: Model,
  inputs: ReadonlyMap<string, Tensor>,
  dialect = model.metadata.get('caffe.dialect'),
  prepare?: Preparation,
): ReadonlyMap<string, Tensor> {
  const { graph, file = 'the network' } = model;
  const network = { file, means: semanticsOf(dialect), prepare };
  const blobs = new Map<Value, Blob>();
  const byPosition = [...inputs.values()];
  for (const [k, value] of graph.inputs.entries()) {
    const tensor = inputs.get(value.name ?? '') ?? byPosition[k];
    if (!tensor) throw failed(file, `it is not given its input ${value.name}`);
    if (isStatic(value.shape) && shapeText(value.shape) !== shapeText(tensor.shape)) {
      throw failed(file, `its input ${value.name} is ${shapeText(value.shape)}, not ${shapeText(tensor.shape)}`);
    }
    blobs.set(value, load(tensor));
  }
  for (const node of graph.nodes) runLayer(node, blobs, network);
  const results = graph.outputs.map((value): [string, Tensor] => {
    const blob = blobs.get(value);
    if (!blob) throw failed(file, `nothing makes its output ${value.name}`);
    const { buffer, byteOffset, byteLength } = blob.data;
    return [value.name ?? '', Tensor.ofBytes('float32', blob.shape, new Uint8Array(buffer, byteOffset, byteLength))];
  });
  return new Map(results);
}

/** Is called before each layer: what has no weights may get some that fit what comes in. */
export type Preparation = (node: Node, bottoms: readonly Blob[]) => void;

interface Network {
  readonly file: string;
  readonly prepare: Preparation | undefined;
  readonly means: Semantics;
}

function runLayer(node: Node, blobs: Map<Value, Blob>, network: Network): void {
  const layer = Object.hasOwn(LAYERS, node.op) ? LAYERS[node.op] : undefined;
  if (!layer) throw failed(network.file, `layers of type ${node.op} are not run here`);
  const bottoms = node.inputs.flatMap((value) => (value && blobs.get(value)) ?? []);
  network.prepare?.(node, bottoms);
  const given = node.inputs.filter((value) => value !== undefined);
  const made = layer({
    node,
    bottoms,
    blobs: given.flatMap((value) => (value.constant && !blobs.has(value) ? [load(value.constant)] : [])),
    tops: node.outputs.length,
    ...network,
  });
  const tops = Array.isArray(made) ? (made as readonly Blob[]) : [made as Blob];
  for (const [k, value] of node.outputs.entries()) {
    const top = tops[k];
    if (top) blobs.set(value, top);
  }
  for (const value of given) release(value, node, blobs);
}

/** Makes room when the last reader has run: readers stand in order, so that is the last of its uses. */
function release(value: Value, reader: Node, blobs: Map<Value, Blob>): void {
  if (!value.isGraphOutput && [...value.users].at(-1) === reader) blobs.delete(value);
}

function load(tensor: Tensor): Blob {
  // A copy of its own: the bytes may start at any offset of a larger buffer.
  const own = tensor.dtype === 'float32' ? new Float32Array(new Uint8Array(tensor.bytes()).buffer) : undefined;
  return blobOf(tensor.shape, own ?? Float32Array.from(tensor.numbers()));
}

function failed(file: string, message: string): InputError {
  return new InputError('runtime-failed', message, { file }, 'Run it in the framework that it was made for.');
}
