/** Writes the result of a conversion: which files, and never over one that exists unless told. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { writeOnnx } from './formats/onnx/write.ts';
import { checkPlaces } from './formats/whole-files.ts';
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import type { Progress } from './progress.ts';
import type { ConvertRequest } from './request.ts';
import type { Target } from './targets/target.ts';

/**
 * The files that a conversion will write, the model first. Throws InputError `file-exists` unless they may be replaced
 * (never the model that is converted), or `file-unwritable` where nothing can be written there: before any work is done.
 */
export function outputFiles({ input, reading, output, force }: ConvertRequest, target: Target): readonly string[] {
  const files = target.kind === 'onnx' ? [output ?? beside(input, '.onnx')] : caffeFiles(input, output);
  const read = [input, reading.prototxt ?? input].map(realOrSame);
  const own = files.find((file) => read.includes(realOrSame(file)));
  if (own !== undefined) {
    const message = 'this is the model that is converted: it is not replaced';
    throw new InputError('file-exists', message, { file: own }, 'Give another name with -o.');
  }
  checkPlaces(files, force);
  return files;
}

function realOrSame(file: string): string {
  return existsSync(file) ? realpathSync(file) : resolve(file);
}

function caffeFiles(input: string, output: string | undefined): readonly string[] {
  const stem = output === undefined ? withoutEnding(input) : output.replace(/\.(caffemodel|prototxt)$/, '');
  return [`${stem}.caffemodel`, `${stem}.prototxt`];
}

function beside(input: string, ending: string): string {
  const path = `${withoutEnding(input)}${ending}`;
  return path === input ? `${withoutEnding(input)}.converted${ending}` : path;
}

function withoutEnding(path: string): string {
  return join(dirname(path), basename(path, extname(path)));
}

/** Writes them whole, or none. */
export async function writeResult(
  model: Model,
  target: Target,
  files: readonly string[],
  force: boolean,
  progress: Progress,
): Promise<readonly string[]> {
  const [path = ''] = files;
  if (target.kind === 'onnx') return writeOnnx(model, path, { force, progress });
  const { writeCaffe } = await import('./formats/caffe/write.ts');
  const [caffemodel = '', prototxt = ''] = files;
  return writeCaffe(model, target.backend, { caffemodel, prototxt }, { force, progress });
}
