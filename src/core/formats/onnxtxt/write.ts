/** Models to files of text, with their large constants in a data file beside them. */
import path from 'node:path';
import type { Attribute } from '../../ir/attribute.ts';
import type { ChunkMemory } from '../../ir/chunk-memory.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Tensor, TensorSource } from '../../ir/tensor.ts';
import { SparseSource } from '../onnx/sparse.ts';
import { type OutputFile, type WriteOptions, writeWhole } from '../whole-files.ts';
import { externalText, Hasher, hashOf, isLarge, pairsText } from './elision.ts';
import { printModel } from './print.ts';
import { wholeText } from './whole-text.ts';

export interface TextWriteOptions extends WriteOptions {
  /** All constants in the text itself. */
  readonly inline: boolean;
}

/**
 * Writes the text of a model to `file`, and its large constants to `file`.data, where it has any. Gives the files written,
 * the text first. Constants are read once. Throws InputError `file-exists` or `file-unwritable`.
 */
export async function writeOnnxText(model: Model, file: string, options: TextWriteOptions): Promise<string[]> {
  const text = (print: () => string): OutputFile => ({
    path: file,
    *chunks() {
      yield new TextEncoder().encode(print());
    },
  });
  if (options.inline || model.dialect !== 'onnx') {
    const print = () => (model.dialect === 'onnx' ? wholeText(model) : printModel(model, options).text);
    return writeWhole([text(print)], options);
  }
  const outside = (tensor: Tensor) => externalText(model, tensor, file);
  const data = new DataFile(`${path.basename(file)}.data`, largeTensors(model, outside));
  if (data.isEmpty) return writeWhole([text(() => wholeText(model, outside))], options);
  // The data goes first: only then are the hashes known that stand in the text.
  const files = [
    { path: `${file}.data`, chunks: (memory: ChunkMemory) => data.chunks(memory) },
    text(() => wholeText(model, (tensor) => outside(tensor) ?? data.placeOf(tensor))),
  ];
  return (await writeWhole(files, options)).reverse();
}

/** The text of a model where no file is written: large constants stand in it by their hash. Also says how many. */
export function printedText(model: Model, inline: boolean): { readonly text: string; readonly elided: number } {
  if (model.dialect !== 'onnx') return { text: printModel(model, { inline }).text, elided: 0 };
  if (inline) return { text: wholeText(model), elided: 0 };
  let elided = 0;
  const text = wholeText(model, (tensor) => {
    const outside = externalText(model, tensor, model.file ?? '');
    if (outside !== undefined || !isLarge(tensor)) return outside;
    elided++;
    return pairsText({ sha256: hashOf(tensor.source) });
  });
  return { text, elided };
}

/** Constants one after the other, and what stands for them in the text. */
class DataFile {
  private readonly places = new Map<TensorSource, { readonly offset: number; readonly length: number }>();
  private readonly hashes = new Map<TensorSource, string>();

  constructor(
    private readonly location: string,
    tensors: Iterable<Tensor>,
  ) {
    let offset = 0;
    for (const { source, byteLength: length } of tensors) {
      if (this.places.has(source)) continue;
      this.places.set(source, { offset, length });
      offset += length;
    }
  }

  get isEmpty(): boolean {
    return this.places.size === 0;
  }

  *chunks(memory: ChunkMemory): Iterable<Uint8Array> {
    for (const source of this.places.keys()) {
      const hasher = new Hasher();
      for (const chunk of source.chunks(memory)) {
        hasher.update(chunk);
        yield chunk;
      }
      this.hashes.set(source, hasher.digest());
    }
  }

  placeOf({ source }: Tensor): string | undefined {
    const place = this.places.get(source);
    if (!place) return undefined;
    return pairsText({ location: this.location, ...place, sha256: this.hashes.get(source) ?? '' });
  }
}

/** The constants that are too large for the text, but for those that are in a file already. */
function* largeTensors(model: Model, outside: (tensor: Tensor) => string | undefined): Iterable<Tensor> {
  for (const tensor of allTensors(model)) if (isLarge(tensor) && outside(tensor) === undefined) yield tensor;
}

function* allTensors(model: Model): Iterable<Tensor> {
  yield* tensorsOf(model.graph);
  for (const { graph, attributeDefaults } of model.functions) {
    yield* tensorsOf(graph);
    for (const attribute of attributeDefaults.values()) yield* tensorsIn(attribute);
  }
}

function* tensorsOf(graph: Graph): Iterable<Tensor> {
  for (const { constant } of graph.initializers) if (constant) yield* partsOf(constant);
  for (const node of graph.nodes) for (const attribute of node.attributes.values()) yield* tensorsIn(attribute);
}

function* tensorsIn(attribute: Attribute): Iterable<Tensor> {
  switch (attribute.type) {
    case 'tensor':
      yield attribute.value;
      break;
    case 'tensors':
      yield* attribute.value;
      break;
    case 'sparse-tensor':
      yield* [attribute.value.values, attribute.value.indices];
      break;
    case 'sparse-tensors':
      for (const { values, indices } of attribute.value) yield* [values, indices];
      break;
    case 'graph':
      yield* tensorsOf(attribute.value);
      break;
    case 'graphs':
      for (const graph of attribute.value) yield* tensorsOf(graph);
  }
}

/** A sparse constant stands in the text by its values and indices. */
function partsOf(constant: Tensor): readonly Tensor[] {
  if (!(constant.source instanceof SparseSource)) return [constant];
  const { values, indices } = constant.source.sparse;
  return [values, indices];
}
