/**
 * Tensors whose bytes are in files beside the model (ONNX documentation, "External Data"). Such files must lie below the
 * folder of the model: a model must not make us copy other files of this machine into its output.
 */
import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { type ByteSource, FileBytes } from '../../ir/bytes.ts';
import { byteLength, type DataType } from '../../ir/dtype.ts';
import { InputError } from '../../ir/errors.ts';
import type { Model } from '../../ir/model.ts';
import { FileSource, type Tensor } from '../../ir/tensor.ts';
import { checkNotBlank } from '../blank.ts';

/** The place of a tensor in a data file beside the model. */
export interface ExternalPlace {
  /** The data file's name, relative to the folder of the model. */
  readonly location: string;
  readonly offset: number;
}

/**
 * Where a constant of a model is in a data file of its own, as seen from `file`, to which the model goes. Undefined where
 * its bytes are elsewhere, in the model's own file too, or where somebody has changed the data file since.
 */
export function placeBeside(model: Model, { source }: Tensor, file: string): ExternalPlace | undefined {
  if (!(source instanceof FileSource) || !(source.file instanceof FileBytes)) return undefined;
  const data = path.resolve(source.file.name);
  const isOwn = [model.file ?? '', file].some((each) => path.resolve(each) === data);
  const folder = path.dirname(path.resolve(file));
  if (isOwn || !isWithin(folder, data) || !source.file.isAsOnDisk()) return undefined;
  return { location: path.relative(folder, data).split(path.sep).join('/'), offset: source.offset };
}

/** The data files of one model, each opened once and only when its bytes are read. */
export class ExternalFiles {
  private readonly opened = new Map<string, FileBytes>();

  constructor(
    /** The path of the model's own file. */
    readonly model: string,
    /** Hears of a data file that is a link, or has several names: such a file may be one of somebody else. */
    private readonly onLinked?: (location: string, user: string) => void,
  ) {}

  /** The file of a location, which is a path below the folder of the model. `user` names who wants it. */
  open(location: string, user: string): ByteSource {
    const folder = path.dirname(path.resolve(this.model));
    const file = path.resolve(folder, location);
    if (location === '' || path.isAbsolute(location) || location.includes('\0') || !isWithin(folder, file)) {
      throw this.outside(location, user);
    }
    const known = this.opened.get(file);
    if (known) return known;
    const real = this.real(file, location, user);
    const folders = [folder, this.model].map((place) => realOrSame(place));
    if (!isWithin(folders[0] ?? '', real) && !isWithin(path.dirname(folders[1] ?? ''), real)) {
      throw this.outside(location, user);
    }
    if (this.onLinked && isLinked(file)) this.onLinked(location, user);
    const bytes = new FileBytes(file);
    // It opens itself again on the first read: many data files need not stay open together.
    bytes.close();
    this.opened.set(file, bytes);
    return bytes;
  }

  close(): void {
    for (const file of this.opened.values()) file.close();
  }

  private real(file: string, location: string, user: string): string {
    try {
      return realpathSync(file);
    } catch {
      throw new InputError(
        'external-data-missing',
        `${user} has its data in '${location}', and there is no such file (looked for ${file})`,
        { file: this.model, inside: user },
        'Put the data file beside the model, under the name that it was saved with.',
      );
    }
  }

  private outside(location: string, user: string): InputError {
    return new InputError(
      'external-data-outside',
      `${user} has its data in '${location}', which is not below the folder of the model`,
      { file: this.model, inside: user },
      'Put the data file below the folder of the model, and save the model with a relative location.',
    );
  }
}

/** The data files of models, by the model that they belong to. */
const FILES_OF = new WeakMap<Model, ExternalFiles>();

/** Remembers which data files a model has its tensors in. */
export function keepDataFiles(model: Model, files: ExternalFiles): void {
  FILES_OF.set(model, files);
}

/** Closes the data files of a model, whatever format it was read from; reading a tensor opens its file again. */
export function closeDataFiles(model: Model): void {
  FILES_OF.get(model)?.close();
}

/** Model files and data files may be links into one store, so links are followed on both sides. */
function realOrSame(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function isLinked(file: string): boolean {
  const stat = lstatSync(file);
  return stat.isSymbolicLink() || stat.nlink > 1;
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/**
 * The bytes of a tensor by its external_data entries: `location`, and in decimal digits `offset` (0 where absent) and
 * `length` (what the type and shape need where absent).
 */
export function externalTensorSource(
  files: ExternalFiles,
  entries: ReadonlyMap<string, string>,
  dtype: DataType,
  count: number,
  name: string,
): FileSource {
  const user = `the tensor '${name}'`;
  const malformed = (message: string, next: string) =>
    new InputError('file-malformed', message, { file: files.model, inside: user }, next);
  if (dtype === 'string') throw malformed('a text tensor cannot have external data', 'Save the model again.');
  const number = (key: string, otherwise: number): number => {
    const text = entries.get(key);
    if (text === undefined || text === '') return otherwise;
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value)) return value;
    throw malformed(
      `the ${key} of its external data is '${text}', expected a number of bytes`,
      'Save the model again.',
    );
  };
  const needed = byteLength(dtype, count);
  const offset = number('offset', 0);
  const length = number('length', needed);
  if (length !== needed) {
    throw malformed(
      `its external data has ${length} bytes, its type and shape need ${needed}`,
      'Save the model again.',
    );
  }
  const file = files.open(entries.get('location') ?? '', user);
  if (offset + length > file.size) {
    checkNotBlank(file);
    throw new InputError(
      'file-truncated',
      `${user} needs bytes ${offset} to ${offset + length}, but the file ends at byte ${file.size}`,
      { file: file.name, offset },
      'The data file is incomplete or belongs to another model: fetch or save it again.',
    );
  }
  return new FileSource(file, offset, length);
}
