/** Opens a Caffe network: a .caffemodel, a .prototxt, or both. The dialect is the one whose table fits the file. */
import { existsSync } from 'node:fs';
import { CAFFE_LAYERS } from '../../dialects/caffe/layers.ts';
import { type ByteSource, FileBytes } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { type Model, makeModel } from '../../ir/model.ts';
import { type Decoded, decodeNet } from './decode.ts';
import { CAFFE_DIALECTS, type CaffeDialect, schemaOf } from './dialects.ts';
import { linkNet } from './link.ts';
import { parseNet } from './parse.ts';
import { Tree } from './tree.ts';

const LARGEST_TEXT = 1 << 28;

/**
 * Reads a network and leaves its weights in their file. The other file of the pair is `prototxt`, or lies beside under the
 * same name. Nodes are layers of domain `caffe`: inputs are bottoms, then blobs; attributes are paths of fields.
 * Throws InputError.
 */
export function readCaffe(file: ByteSource, prototxt?: string): Model {
  const text = isText(file);
  const other = prototxt ?? companion(file.name, text);
  const weights = text ? (other === undefined ? undefined : withFile(other, decodeAny)) : decodeAny(file);
  const structure = text ? parseAny(file) : other === undefined ? undefined : withFile(other, parseAny);
  const dialect = (structure ?? weights)?.dialect;
  const net = structure?.net ?? weights?.net;
  if (!net) throw new Error('a network is a text or not');
  if (net.trees('layer').length === 0) {
    const message = 'the file has no layers';
    throw new InputError(
      'file-malformed',
      message,
      { file: file.name },
      'Name the .prototxt or .caffemodel of a network.',
    );
  }
  const named = structure ? (text ? file.name : (other ?? file.name)) : file.name;
  const model = makeModel('caffe', linkNet(net, weights?.net, named), { file: file.name });
  model.metadata.set('caffe.dialect', dialect ?? 'bvlc');
  return model;
}

interface Read {
  readonly net: Tree;
  readonly dialect: CaffeDialect;
}

/** The other file of the pair, where there is one under the same name. */
function companion(name: string, text: boolean): string | undefined {
  const other = text ? name.replace(/\.prototxt$/i, '.caffemodel') : name.replace(/\.caffemodel$/i, '.prototxt');
  return other !== name && existsSync(other) ? other : undefined;
}

/** The file opens itself again when weights are read. */
function withFile<T>(path: string, read: (file: FileBytes) => T): T {
  const file = new FileBytes(path);
  try {
    return read(file);
  } finally {
    file.close();
  }
}

function isText(file: ByteSource): boolean {
  const head = file.read(0, Math.min(file.size, 4096));
  return head.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13)) && !head.includes(0x7f) && isUtf8(head);
}

/** A character cut off at the end of the head does not count. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** By the first dialect that has all fields; else the error of the one that came furthest. */
function parseAny(file: ByteSource): Read {
  if (file.size > LARGEST_TEXT) {
    const message = `a text of ${file.size} bytes is no network`;
    throw new InputError('file-too-large', message, { file: file.name }, 'Name the .prototxt of a network.');
  }
  const text = new TextDecoder().decode(file.read(0, file.size));
  let furthest: InputError | undefined;
  for (const dialect of CAFFE_DIALECTS) {
    try {
      return { net: parseNet(text, file.name, schemaOf(dialect)), dialect };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (!furthest || (error.place?.line ?? 0) > (furthest.place?.line ?? 0)) furthest = error;
    }
  }
  throw furthest ?? new Error('there is no dialect');
}

/** By the dialect in which the parameters belong to the types of their layers; one number means many things in Caffe. */
function decodeAny(file: ByteSource): Read {
  const tried = CAFFE_DIALECTS.map((dialect) => ({ dialect, decoded: decodeNet(file, schemaOf(dialect)) }));
  tried.sort((a, b) => misfits(a.decoded) - misfits(b.decoded));
  const [best] = tried;
  if (!best) throw new Error('there is no dialect');
  return { net: best.decoded.net, dialect: best.dialect };
}

function misfits({ net, unknown }: Decoded): number {
  let count = unknown.size;
  for (const layer of net.trees('layer')) {
    const own = CAFFE_LAYERS[layer.string('type') ?? '']?.parameters;
    for (const { field, value } of layer.entries) {
      if (!field.name.endsWith('_param')) continue;
      if (field.name !== own) count++;
      if (value instanceof Tree) count += 0.01 * saidAnyway(value);
    }
  }
  return count;
}

/**
 * How many fields say what they mean without being there. Nobody writes that, so the number of such a field means
 * something else: Pooling's 13 is `round_mode: CEIL` in one dialect and `ceil_mode: false` in another.
 */
function saidAnyway(parameters: Tree): number {
  return parameters.entries.filter(({ field, value }) => field.otherwise !== undefined && field.otherwise === value)
    .length;
}
