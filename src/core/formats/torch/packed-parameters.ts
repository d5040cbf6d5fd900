/**
 * The packed parameters of quantised operators: weights and geometry, as `torch.classes.quantized.*PackedParamsBase` keep
 * them in an archive. Layouts: aten/src/ATen/native/quantized/cpu/{conv_serialization.h,fbgemm_utils.cpp} and
 * torch/csrc's own readers of them (three versions of convolutions).
 */
import { InputError } from '../../ir/errors.ts';
import type { PickledTensor, PickleValue, ScriptObject } from './archive.ts';
import { isRecord } from './pickle-machine.ts';

/** How the window of a convolution moves: a number for each spatial axis. */
export interface ConvolutionGeometry {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly transposed: boolean;
}

export interface PackedConvolution extends ConvolutionGeometry {
  readonly operator: 'convolution';
  /** Of kind int8 (with `quantization`), in the order of `aten::convolution`: one-dimensional ones have a height of 1. */
  readonly weight: PickledTensor;
  readonly bias: PickledTensor | undefined;
}

export interface PackedLinear {
  readonly operator: 'linear';
  /** int8 with `quantization`; float32 where it is meant for half precision. */
  readonly weight: PickledTensor;
  readonly bias: PickledTensor | undefined;
}

export interface PackedEmbedding {
  readonly operator: 'embedding';
  /** uint8 with `quantization` of a scale and an offset a row. */
  readonly weight: PickledTensor;
  readonly bits: number;
}

export type PackedParameters = PackedConvolution | PackedLinear | PackedEmbedding;

type Read = (state: Reader) => PackedParameters;

const CLASSES: Readonly<Record<string, Read>> = {
  '__torch__.torch.classes.quantized.Conv2dPackedParamsBase': readConvolution,
  '__torch__.torch.classes.quantized.Conv3dPackedParamsBase': readConvolution,
  '__torch__.torch.classes.quantized.LinearPackedParamsBase': (state) => ({
    operator: 'linear',
    weight: state.at(0).tensor(),
    bias: state.at(1).optionalTensor(),
  }),
  // version, tensors, floats, integers
  '__torch__.torch.classes.quantized.EmbeddingPackedParamsBase': (state) => ({
    operator: 'embedding',
    weight: state.at(1).at(0).tensor(),
    bits: state.at(3).at(0).number(),
  }),
};

export function isPacked(object: ScriptObject): boolean {
  return Object.hasOwn(CLASSES, object.className);
}

/** The parameters that an object of such a class holds. Throws InputError `file-malformed` for a state of another layout. */
export function readPackedParameters(object: ScriptObject, file: string): PackedParameters {
  const read = Object.hasOwn(CLASSES, object.className) ? CLASSES[object.className] : undefined;
  if (!read) throw new TypeError(`${object.className} packs no parameters`);
  return read(new Reader(object.state, `the state of ${object.className.replace(/^__torch__\./, '')}`, file));
}

/** Version 1 begins with the weight, version 2 with the text "2", version 3 with a number. */
function readConvolution(state: Reader): PackedConvolution {
  const first = state.at(0).value;
  if (isRecord(first)) return firstConvolution(state);
  if (first !== '2' && first !== 3n) throw state.at(0).expected('version 2 or 3');
  const [numbers, tensors] =
    first === '2' ? [state.at(1).at(0).numbers(), state.at(1)] : [state.at(1).items(), state.at(2)];
  const bias = first === '2' ? state.at(2).at(0) : tensors.at(2);
  return {
    operator: 'convolution',
    weight: tensors.at(1).tensor(),
    bias: bias.optionalTensor(),
    ...geometry(state, numbers),
  };
}

/** weight, bias, strides, paddings, dilations (each a list of tensors of one number), groups. */
function firstConvolution(state: Reader): PackedConvolution {
  const sizes = (index: number) => state.at(index).each((item) => item.numbers()[0] ?? 1);
  const stride = sizes(2);
  return {
    operator: 'convolution',
    weight: state.at(0).tensor(),
    bias: state.at(1).optionalTensor(),
    stride,
    padding: sizes(3),
    dilation: sizes(4),
    outputPadding: stride.map(() => 0),
    groups: state.at(5).numbers()[0] ?? 1,
    transposed: false,
  };
}

/** Rank, then strides, paddings, dilations and output paddings, groups, and whether it is transposed. */
function geometry(state: Reader, [rank = 0, ...rest]: readonly number[]) {
  if (rank < 1 || rank > 3 || rest.length !== 4 * rank + 2) throw state.at(1).expected('the geometry of a convolution');
  const sizes = (k: number) => rest.slice(k * rank, (k + 1) * rank);
  const [groups = 1, flags = 0] = rest.slice(4 * rank);
  return {
    stride: sizes(0),
    padding: sizes(1),
    dilation: sizes(2),
    outputPadding: sizes(3),
    groups,
    transposed: (flags & 1) === 1,
  };
}

/** A value within a state, and where it stands. */
class Reader {
  constructor(
    readonly value: PickleValue | undefined,
    private readonly where: string,
    private readonly file: string,
  ) {}

  at(index: number): Reader {
    return new Reader(this.list()[index], `${this.where}[${index}]`, this.file);
  }

  each<T>(read: (item: Reader) => T): T[] {
    return this.list().map((_, k) => read(this.at(k)));
  }

  items(): number[] {
    return this.each((item) => item.number());
  }

  tensor(): PickledTensor {
    if (isRecord(this.value) && this.value.kind === 'tensor') return this.value;
    throw this.expected('a tensor');
  }

  optionalTensor(): PickledTensor | undefined {
    return this.value === null ? undefined : this.tensor();
  }

  number(): number {
    const number = Number(this.value);
    if (typeof this.value === 'bigint' && Number.isSafeInteger(number)) return number;
    throw this.expected('an integer');
  }

  /** The elements of a small tensor. */
  numbers(): number[] {
    const { tensor } = this.tensor();
    if (tensor.count <= MOST_NUMBERS) return tensor.numbers();
    throw this.expected('a few integers');
  }

  expected(what: string): InputError {
    return new InputError(
      'file-malformed',
      `expected ${what} as ${this.where}`,
      { file: this.file },
      'The file is damaged, or of a PyTorch that packs parameters in another way: save it again.',
    );
  }

  private list(): readonly PickleValue[] {
    const { value } = this;
    if (isRecord(value) && (value.kind === 'tuple' || value.kind === 'list')) return value.items;
    throw this.expected('a list');
  }
}

const MOST_NUMBERS = 64;
