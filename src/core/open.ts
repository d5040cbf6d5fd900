/**
 * From a file to a graph in its own dialect: formats are told apart by content, programs are captured. Each format is
 * imported when a file has it, so that it costs the others nothing.
 */
import { type CustomOperators, NO_CUSTOM_OPERATORS } from './custom/definition.ts';
import { findOpsFile } from './custom/ops-path.ts';
import { checkNotBlank } from './formats/blank.ts';
import type { DialectScore } from './formats/caffe/detect-dialect.ts';
import { detectFormat, type FileFormat } from './formats/detect.ts';
import { closeDataFiles } from './formats/onnx/external.ts';
import { readOnnx, readOnnxLeniently } from './formats/onnx/read.ts';
import { FileBytes } from './ir/bytes.ts';
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import type { Node } from './ir/node.ts';
import { acceptable } from './problems/accept.ts';
import type { Problem } from './problems/problem.ts';
import type { Progress } from './progress.ts';
import { type Reading, shapeOf } from './reading.ts';

export interface OpenedModel {
  readonly path: string;
  readonly reading: Reading;
  readonly format: { readonly id: string; readonly title: string };
  readonly fileBytes: number;
  readonly model: Model;
  /** What was found wrong while reading, for whatever target. */
  readonly problems: readonly Problem[];
  /** Nodes of which not everything could be read: `problems` tells what. */
  readonly told?: ReadonlySet<Node>;
  /** Of a Caffe network: the dialect that it was read as, then the others, the best first. */
  readonly dialects?: readonly DialectScore[];
  readonly custom: CustomOperators;
  /** The source text inside an archive that a frame of kind `torchscript` names; undefined where there is none. */
  source(entry: string): string | undefined;
  close(): void;
}

type Read = Pick<OpenedModel, 'format' | 'model'> &
  Partial<Pick<OpenedModel, 'problems' | 'told' | 'source' | 'dialects'>>;

/** Opens a model file. Weights stay in it until they are needed: close it when done. Throws InputError. */
export function openModel(path: string, reading: Reading, progress: Progress): Promise<OpenedModel> {
  return open(path, reading, progress, STRICT);
}

/**
 * As `openModel`, for the checker alone: of a faulty ONNX file everything that can be read is, and `problems` tells what
 * cannot. Such a model may not hold together, so nobody else may work on it. Throws InputError where it is no such file.
 */
export function openToCheck(path: string, reading: Reading, progress: Progress): Promise<OpenedModel> {
  return open(path, reading, progress, LENIENT);
}

type ReadModel = (file: FileBytes) => Promise<Pick<Read, 'model' | 'problems' | 'told'>>;

/** How ONNX models are read from their two formats. */
interface OnnxReaders {
  readonly onnx: ReadModel;
  readonly onnxtxt: ReadModel;
}

const STRICT: OnnxReaders = {
  onnx: async (file) => ({ model: readOnnx(file) }),
  onnxtxt: async (file) => ({ model: (await import('./formats/onnxtxt/read.ts')).readOnnxText(file) }),
};

const LENIENT: OnnxReaders = {
  onnx: async (file) => readOnnxLeniently(file),
  onnxtxt: async (file) =>
    (await import('./formats/onnxtxt/read-leniently.ts')).readOnnxTextLeniently(file) ?? STRICT.onnxtxt(file),
};

async function open(path: string, reading: Reading, progress: Progress, readers: OnnxReaders): Promise<OpenedModel> {
  await progress.step('Opening the model');
  const file = new FileBytes(path);
  try {
    const custom = await customOperators(path, reading.ops);
    const read = await readAs(formatOf(file, reading), file, reading, custom, readers);
    return {
      path,
      reading,
      fileBytes: file.size,
      custom,
      problems: [],
      source: () => undefined,
      ...read,
      close() {
        file.close();
        closeDataFiles(read.model);
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function customOperators(path: string, files: readonly string[]): Promise<CustomOperators> {
  if (files.length === 0 && findOpsFile(path) === undefined) return NO_CUSTOM_OPERATORS;
  const { loadCustomOperators } = await import('./custom/read.ts');
  return loadCustomOperators(path, files);
}

/** The formats that `--from` can name. */
const READABLE = ['onnx', 'onnxtxt', 'torch', 'caffemodel', 'prototxt'] as const satisfies readonly FileFormat[];

function formatOf(file: FileBytes, { from }: Reading): FileFormat {
  if (from === undefined) return detectFormat(file);
  checkNotBlank(file);
  const found = READABLE.find((format) => format === from);
  if (found) return found;
  if (caffeDialect(from) !== undefined) return caffeFormat(file);
  const known = `Formats: ${READABLE.join(', ')}, and caffe:DIALECT (docs/caffe.md).`;
  throw new InputError('bad-argument', `there is no format "${from}"`, undefined, known);
}

/** `ncnn` of `caffe:ncnn`: the file is Caffe's, of that dialect. */
function caffeDialect(from: string | undefined): string | undefined {
  return from?.startsWith('caffe:') ? from.slice('caffe:'.length) : undefined;
}

function caffeFormat(file: FileBytes): FileFormat {
  const format = detectFormat(file);
  if (format === 'caffemodel' || format === 'prototxt') return format;
  const next = 'Leave --from out, or name the file.';
  throw new InputError('format-unsupported', `this is no Caffe network, but ${format}`, { file: file.name }, next);
}

async function readAs(
  format: FileFormat,
  file: FileBytes,
  reading: Reading,
  custom: CustomOperators,
  readers: OnnxReaders,
): Promise<Read> {
  switch (format) {
    case 'onnx':
      return { format: { id: format, title: 'ONNX' }, ...(await readers.onnx(file)) };
    case 'onnxtxt':
      return { format: { id: format, title: 'ONNX text' }, ...(await readers.onnxtxt(file)) };
    case 'torch':
      return readTorch(file, reading, custom);
    case 'caffemodel':
    case 'prototxt':
      return readCaffeFile(format, file, reading);
  }
}

async function readCaffeFile(id: FileFormat, file: FileBytes, { prototxt, from, stages = [] }: Reading): Promise<Read> {
  const { readCaffeNet } = await import('./formats/caffe/read.ts');
  const { vocabularyFor } = await import('./formats/caffe/dialects.ts');
  const { userBackends } = await import('./targets/user-backends.ts');
  const further = userBackends(file.name).map(vocabularyFor);
  const { model, problems, scores } = readCaffeNet(file, { prototxt, dialect: caffeDialect(from), stages, further });
  return { format: { id, title: `Caffe (${scores[0]?.title})` }, model, problems, dialects: scores };
}

async function readTorch(file: FileBytes, reading: Reading, customOps: CustomOperators): Promise<Read> {
  const { openTorchFile } = await import('./formats/torch/open.ts');
  const { openObjects } = await import('./capture/objects/capture-objects.ts');
  const { capture } = await import('./capture/capture.ts');
  const opened = openTorchFile(file, reading.method);
  const program = opened.kind === 'module' ? openObjects(opened, customOps.forwards) : opened;
  const inputs = reading.inputs.map((spec) => ({ ...spec, shape: shapeOf(spec) }));
  const { model, problems } = capture(program, { inputs, customOps, method: reading.method });
  const source = (entry: string) =>
    program.kind === 'torchscript' && program.sourceEntries.includes(entry) ? program.source(entry).text : undefined;
  return { format: TORCH_FORMATS[opened.kind], model, problems: acceptable(problems, reading.accept), source };
}

const TORCH_FORMATS = {
  exported: { id: 'pt2', title: 'PyTorch export (.pt2)' },
  torchscript: { id: 'torchscript', title: 'TorchScript' },
  module: { id: 'module', title: 'pickled PyTorch module' },
} as const;
