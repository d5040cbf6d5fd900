/** How a user wants a file to be read: input types, format, companions. Plain data: it crosses processes. */
import { type DataType, isDataType } from './ir/dtype.ts';
import { InputError } from './ir/errors.ts';
import { Expression } from './ir/expression.ts';
import type { Shape } from './ir/shape.ts';

/** The type of one input of the program, by name or by position from 0. A size may be a name. */
export interface InputSpec {
  readonly key: string | number;
  readonly dtype: DataType;
  readonly dims: readonly (number | string)[];
}

export interface Reading {
  /** The format to believe, where the content shall not decide. */
  readonly from?: string | undefined;
  readonly inputs: readonly InputSpec[];
  /** The method of a TorchScript archive, or the program of a .pt2 package, that is meant. Mostly there is no choice. */
  readonly method?: string | undefined;
  /** The prototxt that goes with a caffemodel. */
  readonly prototxt?: string | undefined;
  /** Further files of custom operators, beside the graphwright.ops.json found upward from the model. */
  readonly ops: readonly string[];
  /** Inexact problems that the user takes: `CODE` or `CODE:NODE`. */
  readonly accept: readonly string[];
}

export const PLAIN_READING: Reading = { inputs: [], ops: [], accept: [] };

/** Parses `x:float32[1,3,h,w]` or `0:int64[]`. Throws InputError `bad-argument`. */
export function parseInputSpec(text: string): InputSpec {
  const match = /^(.+):([a-z0-9]+)\[([^\]]*)\]$/.exec(text.trim());
  const [, key, dtype, dims] = match ?? [];
  if (key === undefined || dtype === undefined || dims === undefined || !isDataType(dtype)) {
    throw new InputError(
      'bad-argument',
      `"${text}" does not describe an input`,
      undefined,
      'Write it as NAME_OR_INDEX:TYPE[DIMS], such as x:float32[1,3,224,224].',
    );
  }
  return {
    key: /^\d+$/.test(key) ? Number(key) : key,
    dtype,
    dims: dims.trim() === '' ? [] : dims.split(',').map((dim) => parseDim(dim.trim(), text)),
  };
}

function parseDim(dim: string, text: string): number | string {
  if (/^\d+$/.test(dim)) return Number(dim);
  if (/^[A-Za-z_]\w*$/.test(dim)) return dim;
  throw new InputError(
    'bad-argument',
    `"${dim}" in "${text}" is not a size`,
    undefined,
    'A size is a number or a name.',
  );
}

/** The sizes of an input as a shape: names become symbols. */
export function shapeOf(spec: InputSpec): Shape {
  return spec.dims.map((dim) => (typeof dim === 'number' ? dim : Expression.symbol(dim)));
}
