/**
 * The blobs of layers: a layer's own, or those of the layer of its name in the .caffemodel, as Net::CopyTrainedLayersFrom of
 * BVLC/caffe finds them. What is missing, surplus, or does not fit is said layer by layer.
 */
import type { ReaderFacts } from '../../dialects/caffe/as-read.ts';
import { type ExpectedBlob, expectedBlobs, hasShape, shapeWords } from '../../dialects/caffe/blob-shapes.ts';
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { blobTensor } from './blob.ts';
import { type Findings, placeOf } from './findings.ts';
import { type Entry, Tree } from './tree.ts';

/** A layer with the place where it stands. */
export interface LayerEntry {
  readonly entry: Entry;
  readonly layer: Tree;
}

export function layersOf(net: Tree): readonly LayerEntry[] {
  return net.entries.flatMap((entry) => {
    const { field, value } = entry;
    return field.name === 'layer' && value instanceof Tree ? [{ entry, layer: value }] : [];
  });
}

export interface WeightsFile {
  readonly net: Tree;
  readonly file: string;
}

export class Weights {
  private readonly byName = new Map<string, LayerEntry>();
  private readonly taken = new Set<string>();
  private readonly without: string[] = [];

  /** `other` is the .caffemodel of a .prototxt; undefined for a file that is alone. */
  constructor(
    private readonly other: WeightsFile | undefined,
    private readonly findings: Findings,
    private readonly reader: ReaderFacts,
  ) {
    for (const found of other ? layersOf(other.net) : []) {
      const name = found.layer.string('name') ?? '';
      // The first layer of a name that has blobs gives them, as in Caffe.
      if (!this.byName.has(name) && found.layer.trees('blobs').length > 0) this.byName.set(name, found);
    }
  }

  /** The blobs of a layer; undefined for one that does not hold as many numbers as its shape says. */
  tensors(layer: Tree): readonly (Tensor | undefined)[] {
    const blobs = this.blobsOf(layer);
    const expected = this.expected(layer, blobs);
    return blobs.map((blob, k) => blobTensor(blob, expected?.[k]?.shape?.length));
  }

  private blobsOf(layer: Tree): readonly Tree[] {
    const own = layer.trees('blobs');
    const name = layer.string('name') ?? '';
    this.taken.add(name);
    return own.length > 0 ? own : (this.byName.get(name)?.layer.trees('blobs') ?? []);
  }

  private expected(layer: Tree, blobs: readonly Tree[]): readonly ExpectedBlob[] | undefined {
    return expectedBlobs(layer.string('type') ?? '', {
      values: (path) => valuesAt(layer, path),
      reader: this.reader,
      bottoms: layer.all('bottom').length,
      blobs: blobs.length,
      rank: blobs[0]?.trees('shape').at(-1)?.numbers('dim').length ?? 4,
    });
  }

  /** Says what is wrong with the blobs of a layer, where its type tells which it must have. */
  check(node: Node, { layer, entry }: LayerEntry, file: string, blobs: readonly Value[]): void {
    const tensors = blobs.flatMap((value) => value.constant ?? []);
    const expected = this.expected(layer, this.blobsOf(layer));
    if (!expected || expected.length === 0) return;
    const place = placeOf(entry, file);
    const found = this.byName.get(node.name ?? '');
    if (tensors.length === 0) {
      // Where there is no file of weights, one problem says so for all layers.
      if (!this.other && entry.line !== undefined) this.without.push(node.name ?? '');
      else
        this.findings.add('blobs-missing', node, place, {
          wanted: expected.map(({ name }) => name).join(' and '),
          source: this.other?.file ?? 'the file',
        });
      return;
    }
    const reason = misfit(expected, tensors);
    if (reason === undefined) return;
    const there = found && this.other ? ` (in ${this.other.file} at byte ${found.entry.offset})` : '';
    this.findings.add('blobs-mismatch', node, place, { reason: `${reason}${there}` });
  }

  /** Says what the .caffemodel has beside, and that there are no weights at all. Called last. */
  finish(file: string): void {
    if (this.other) {
      for (const [name, { layer, entry }] of this.byName) {
        if (this.taken.has(name)) continue;
        const type = layer.string('type') ?? '';
        this.findings.add('layer-unmatched', undefined, placeOf(entry, this.other.file), { layer: name, type });
      }
    }
    const [first, second] = this.without;
    if (first === undefined) return;
    const layers = [first, ...(second === undefined ? [] : [second])].join(', ');
    const more = this.without.length > 2 ? ', …' : '';
    this.findings.add(
      'weights-missing',
      undefined,
      { file, line: 1 },
      {
        count: String(this.without.length),
        layers: `${layers}${more}`,
      },
    );
  }
}

function misfit(expected: readonly ExpectedBlob[], tensors: readonly Tensor[]): string | undefined {
  if (tensors.length !== expected.length) {
    const wanted = expected.map(({ name }) => name).join(', ');
    return `it has ${tensors.length}, expected ${expected.length} (${wanted})`;
  }
  for (const [k, tensor] of tensors.entries()) {
    const { name, shape } = expected[k] ?? {};
    if (!hasShape(tensor.shape, shape))
      return `${name} is ${shapeWords(tensor.shape)}, expected ${shapeWords(shape ?? [])}`;
  }
  return undefined;
}

/** The values at a path of fields; what the schema says of one that is absent. */
function valuesAt(layer: Tree, path: string): readonly (number | boolean | string)[] {
  const [holder = '', name = ''] = path.split('.');
  const parameters = layer.trees(holder).at(-1);
  const values = (parameters?.all(name) ?? []).flatMap((value) => {
    if (typeof value === 'bigint') return [Number(value)];
    return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? [value] : [];
  });
  if (values.length > 0) return values;
  const type = layer.message.fields.get(holder)?.type;
  const otherwise = type?.kind === 'message' ? type.message.fields.get(name)?.otherwise : undefined;
  return otherwise === undefined ? [] : [otherwise];
}
