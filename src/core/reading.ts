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
  /** The value of a plain number, text or None: it is no input of the graph then. */
  readonly value?: PlainValue | undefined;
}

export type PlainValue = bigint | number | boolean | string | null;

export interface Reading {
  /** The format to believe, where the content shall not decide: `caffemodel`, or a Caffe dialect as `caffe:ncnn`. */
  readonly from?: string | undefined;
  readonly inputs: readonly InputSpec[];
  /** The method of a TorchScript archive, or the program of a .pt2 package, that is meant. Mostly there is no choice. */
  readonly method?: string | undefined;
  /** The prototxt that goes with a caffemodel. */
  readonly prototxt?: string | undefined;
  /** Stages of a Caffe network that its layers' rules ask for, such as `deploy`. */
  readonly stages?: readonly string[] | undefined;
  /** Further files of custom operators, beside the graphwright.ops.json found upward from the model. */
  readonly ops: readonly string[];
  /** Inexact problems that the user takes: `CODE` or `CODE:NODE`. */
  readonly accept: readonly string[];
}

export const PLAIN_READING: Reading = { inputs: [], ops: [], accept: [] };

/** Parses `x:float32[1,3,h,w]`, `0:int64[]`, or a value: `rate=16000`. Throws InputError `bad-argument`. */
export function parseInputSpec(text: string): InputSpec {
  const [, name, written] = /^([^:[\]=]+)=(.*)$/.exec(text.trim()) ?? [];
  if (name !== undefined && written !== undefined) return valueSpec(keyOf(name.trim()), written.trim());
  const match = /^(.+):([a-z0-9]+)\[([^\]]*)\]$/.exec(text.trim());
  const [, key, dtype, dims] = match ?? [];
  if (key === undefined || dtype === undefined || dims === undefined || !isDataType(dtype)) {
    throw new InputError(
      'bad-argument',
      `"${text}" does not describe an input`,
      undefined,
      'Write it as NAME_OR_INDEX:TYPE[DIMS], such as x:float32[1,3,224,224], or a plain value as NAME=VALUE.',
    );
  }
  return {
    key: keyOf(key),
    dtype,
    dims: dims.trim() === '' ? [] : dims.split(',').map((dim) => parseDim(dim.trim(), text)),
  };
}

function keyOf(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}

/** `16000` is an int, `0.5` and `1e3` are floats, `true` a bool, `None` None; anything else is text. */
function valueSpec(key: string | number, written: string): InputSpec {
  if (/^[-+]?\d+$/.test(written)) return { key, dtype: 'int64', dims: [], value: BigInt(written) };
  if (/^(true|false)$/i.test(written)) return { key, dtype: 'bool', dims: [], value: /^true$/i.test(written) };
  if (written === 'None') return { key, dtype: 'string', dims: [], value: null };
  if (written !== '' && Number.isFinite(Number(written)))
    return { key, dtype: 'float64', dims: [], value: Number(written) };
  return { key, dtype: 'string', dims: [], value: written.replace(/^(["'])(.*)\1$/, '$2') };
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
