/**
 * Tells file formats apart by their content, never by their names. Formats that cannot be opened are named, so that the
 * message can say what to do. Signatures and field numbers: the formats' own documentation and .proto files.
 */
import type { ByteSource } from '../ir/bytes.ts';
import { InputError, type InputErrorCode } from '../ir/errors.ts';
import { checkNotBlank } from './blank.ts';
import { isOldPickle } from './torch/legacy.ts';

/** `torch` is whatever PyTorch may have written: archives, pickles and the tar files of its first versions. */
export type FileFormat = 'onnx' | 'onnxtxt' | 'torch' | 'caffemodel' | 'prototxt';

/**
 * Says what a file is. Throws InputError: `file-truncated` for one without content, `git-lfs-pointer`,
 * `format-unsupported`, or `format-unknown` with what was seen.
 */
export function detectFormat(source: ByteSource): FileFormat {
  checkNotBlank(source);
  const head = source.read(0, Math.min(source.size, HEAD_BYTES));
  const signature = SIGNATURES.find((row) => startsWith(head, row.at ?? 0, row.bytes));
  if (signature) return settle(source, signature.is);
  const text = textOf(head);
  const found = text === undefined ? wireKind(source) : textKind(text);
  if (found) return settle(source, found);
  // The oldest pickles have no mark at their beginning.
  if (isOldPickle(source)) return 'torch';
  return settle(source, { code: 'format-unknown', what: text === undefined ? seen(head) : startOf(text) });
}

const HEAD_BYTES = 4096;

/** What a file is: a format, or something that is refused with a reason and a next step. */
type Kind = FileFormat | { readonly code: InputErrorCode; readonly what: string; readonly next?: string };

function settle(source: ByteSource, kind: Kind): FileFormat {
  if (typeof kind === 'string') return kind;
  throw fails(source, kind.code, kind.what, kind.next ?? 'Models are read from PyTorch, ONNX and Caffe files.');
}

function fails(source: ByteSource, code: InputErrorCode, message: string, next: string): InputError {
  return new InputError(code, message, { file: source.name, offset: 0 }, next);
}

const toOnnx = (tool: string) => `Convert it to ONNX first, with ${tool}.`;
const unsupported = (what: string, next: string): Kind => ({ code: 'format-unsupported', what, next });
const WEIGHTS = 'It holds weights and no program: save the model as TorchScript, with torch.export or as ONNX.';

const SIGNATURES: readonly { readonly bytes: string; readonly at?: number; readonly is: Kind }[] = [
  { bytes: 'PK\x03\x04', is: 'torch' },
  { bytes: 'PK\x05\x06', is: 'torch' },
  // Pickles of protocol 2 to 5.
  { bytes: '\x80\x02', is: 'torch' },
  { bytes: '\x80\x03', is: 'torch' },
  { bytes: '\x80\x04', is: 'torch' },
  { bytes: '\x80\x05', is: 'torch' },
  { bytes: 'ustar', at: 257, is: 'torch' },
  { bytes: '\x89HDF\r\n', is: unsupported('this is an HDF5 file', toOnnx('tf2onnx, where it is a Keras model')) },
  { bytes: 'TFL3', at: 4, is: unsupported('this is a TensorFlow Lite model', toOnnx('tf2onnx')) },
  {
    bytes: 'ORTM',
    at: 4,
    is: unsupported('this is a model in the format of ONNX Runtime', 'Use the ONNX model that it was made from.'),
  },
  { bytes: 'GGUF', is: unsupported('this is a GGUF file', WEIGHTS) },
  { bytes: '\x93NUMPY', is: unsupported('this is a NumPy array', 'Name the model file.') },
  { bytes: '\x1f\x8b', is: unsupported('this is a gzip archive', 'Unpack it first.') },
  { bytes: '7z\xbc\xaf\x27\x1c', is: unsupported('this is a 7-Zip archive', 'Unpack it first.') },
  { bytes: '{"', at: 8, is: unsupported('this is a safetensors file', WEIGHTS) },
];

function startsWith(head: Uint8Array, at: number, text: string): boolean {
  return [...text].every((character, k) => head[at + k] === character.charCodeAt(0));
}

/** The head as text; undefined where it has bytes that no text has. */
function textOf(head: Uint8Array): string | undefined {
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return undefined;
  try {
    // The last character may be cut.
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
}

const TEXTS: readonly { readonly starts: RegExp; readonly is: Kind }[] = [
  {
    starts:
      /^<\s*(ir_version|opset_import|producer_name|producer_version|domain|model_version|doc_string|metadata_props|dialect)\s*:/,
    is: 'onnxtxt',
  },
  { starts: /^([A-Za-z_]\w*|"[^"]*")\s*\([\s\S]*?\)\s*=>/, is: 'onnxtxt' },
  {
    starts:
      /^(name\s*:\s*["'][\s\S]*\b(layers?|input|input_dim|input_shape)\s*[:{]|(layers?|state|input_shape|transform_param)\s*:?\s*\{|(input|input_dim|force_backward|debug_info)\s*:)/,
    is: 'prototxt',
  },
  {
    starts: /^(net|train_net|test_net|base_lr|solver_mode|solver_type)\s*:/,
    is: unsupported('this is a solver of Caffe', 'Name the prototxt of the net.'),
  },
  {
    starts: /^(ir_version|graph|opset_import)\s*[:{]/,
    is: unsupported('this is an ONNX model as protobuf text', 'Save it as a binary .onnx file.'),
  },
  { starts: /^<!doctype html|^<html/i, is: unsupported('this is a web page', 'Download the file itself.') },
  {
    starts: /^<\?xml/,
    is: unsupported('this is an XML file', 'Name the model that it was made from, where it is one of OpenVINO.'),
  },
  { starts: /^[{[]/, is: { code: 'format-unknown', what: 'this is JSON, not a model' } },
];

/** Formats of text are told by their first words, behind space and comments. */
function textKind(text: string): Kind | undefined {
  const start = text.replace(/^\ufeff?(\s+|#[^\n]*(\n|$))*/, '');
  const found = TEXTS.find((row) => row.starts.test(start));
  return found?.is;
}

/** The first words, for people. */
function startOf(text: string): string {
  const start = text.trim().replace(/\s+/g, ' ');
  return `this is text that no model starts with: '${start.slice(0, 40)}${start.length > 40 ? '…' : ''}'`;
}

/** A field of a protobuf message: its number, whether it is a number (`v`) or bytes (`b`), and where its value starts. */
interface WireField {
  readonly number: number;
  readonly wire: 'v' | 'b' | 'f';
  readonly at: number;
}

/** Fields by number and kind, as `7b`, that messages of a format have at the top. */
const ONNX_FIELDS = new Set(['1v', '2b', '3b', '4b', '5v', '6b', '7b', '8b', '14b', '20b', '25b', '26b']);
const CAFFE_FIELDS = new Set(['1b', '2b', '3b', '4v', '4b', '5v', '6b', '7v', '8b', '100b']);
const COREML_MODEL_TYPES = { first: 200, last: 3000 };

/** Formats of protobuf are told by the fields of their outermost message. */
function wireKind(source: ByteSource): Kind | undefined {
  const fields = topFields(source);
  if (fields.length === 0) return undefined;
  const kinds = new Set(fields.map((field) => `${field.number}${field.wire}`));
  const only = (known: ReadonlySet<string>) => [...kinds].every((kind) => known.has(kind));
  const [first] = fields;
  if (only(ONNX_FIELDS) && (kinds.has('7b') || kinds.has('8b'))) return 'onnx';
  if (
    kinds.has('1v') &&
    fields.some(({ number }) => number >= COREML_MODEL_TYPES.first && number <= COREML_MODEL_TYPES.last)
  ) {
    return unsupported('this is a Core ML model', 'Use the model that it was made from.');
  }
  if (only(ONNX_FIELDS) && kinds.has('1v')) {
    const second = fields.find((field) => field.number === 2);
    // A saved model holds a message there, which starts with its first field; a producer's name is text.
    const isSaved = kinds.size === 2 && second && second.at < source.size && source.read(second.at, 1)[0] === 0x0a;
    return isSaved ? unsupported('this is a TensorFlow SavedModel', toOnnx('tf2onnx')) : 'onnx';
  }
  const names = fields.filter((field) => field.number === 1).length;
  if (only(CAFFE_FIELDS) && names <= 1 && (kinds.has('100b') || kinds.has('2b'))) return 'caffemodel';
  if (first?.wire === 'b' && names > 1 && only(new Set(['1b', '2b', '3v', '4b']))) {
    return unsupported('this is a TensorFlow graph', toOnnx('tf2onnx'));
  }
  if (kinds.has('2v') && (kinds.has('9b') || kinds.has('4b') || kinds.has('7b')) && only(TENSOR_FIELDS)) {
    return unsupported('this is one tensor of ONNX, not a model', 'Name the model file.');
  }
  return undefined;
}

const TENSOR_FIELDS = new Set([
  '1v',
  '1b',
  '2v',
  '4b',
  '5b',
  '6b',
  '7b',
  '8b',
  '9b',
  '10b',
  '11b',
  '12b',
  '13b',
  '14v',
]);

/** Enough to see the layers behind the inputs of a net. */
const MOST_FIELDS = 64;

/** The first fields of the outermost message, as far as they are fields; the last one may be cut. */
function topFields(source: ByteSource): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  while (at < source.size && fields.length < MOST_FIELDS) {
    const head = source.read(at, Math.min(20, source.size - at));
    const tag = varint(head, 0);
    if (!tag || tag.value < 8) return [];
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    const value = wire === 0 || wire === 2 ? varint(head, tag.end) : undefined;
    if (wire === 0 && value) {
      fields.push({ number, wire: 'v', at: at + tag.end });
      at += value.end;
    } else if (wire === 2 && value) {
      fields.push({ number, wire: 'b', at: at + value.end });
      at += value.end + value.value;
    } else if (wire === 1 || wire === 5) {
      fields.push({ number, wire: 'f', at: at + tag.end });
      at += tag.end + (wire === 1 ? 8 : 4);
    } else return at + 20 > source.size && fields.length > 0 ? fields : [];
  }
  return fields;
}

function varint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let k = start, scale = 1; k < bytes.length && k < start + 10; k++, scale *= 128) {
    const byte = bytes[k] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: k + 1 };
  }
  return undefined;
}

/** The first bytes, for people. */
function seen(head: Uint8Array): string {
  const bytes = [...head.subarray(0, 16)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `the file starts with the bytes ${hex}, which no format that we know starts with`;
}
