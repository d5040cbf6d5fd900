/** Fourier transforms and what belongs to complex numbers. Rules: ATen/native/SpectralOps.cpp, ComplexHelper.h. */
import type { DataType } from '../../../ir/dtype.ts';
import { add, type Dim, floorDivide, multiply, subtract } from '../../../ir/shape.ts';
import { pointwiseStrides } from '../layout.ts';
import { category, DEFAULT_FLOAT } from '../promotion.ts';
import {
  axisOf,
  broadcast,
  each,
  fresh,
  mismatch,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  type TensorInfo,
  withSize,
} from '../rule.ts';

function complexOf(dtype: DataType): DataType {
  if (category(dtype) === 3) return dtype;
  return dtype === 'float64' ? 'complex128' : 'complex64';
}

function realOf(dtype: DataType): DataType {
  if (category(dtype) === 2) return dtype;
  return dtype === 'complex128' ? 'float64' : 'float32';
}

/** The axes of a transform and the lengths that they are brought to. */
function planOf(args: RuleArguments, { shape }: TensorInfo): readonly (readonly [axis: number, length: Dim])[] {
  const rank = shape.length;
  const names = new Set(args.schema.arguments.map(({ name }) => name));
  if (names.has('n')) {
    const axis = axisOf(args.number('dim'), rank);
    return [[axis, args.optionalDim('n') ?? sizeAt(shape, axis)]];
  }
  const lengths = names.has('s') && args.has('s') ? args.dims('s') : undefined;
  const count = lengths?.length ?? rank;
  const axes = args.has('dim')
    ? args.numbers('dim').map((axis) => axisOf(axis, rank))
    : Array.from({ length: count }, (_, k) => rank - count + k);
  return axes.map((axis, k) => [axis, lengths && lengths[k] !== -1 ? lengths[k] : sizeAt(shape, axis)]);
}

/** A transform; `last` is the size of the last axis, of the length that it is brought to and whether the call said which. */
function transform(typeOf: (dtype: DataType) => DataType, last?: (length: Dim, told: boolean) => Dim): Rule {
  return (args) => {
    const self = args.tensor('self');
    const plan = planOf(args, self);
    const told = args.schema.arguments.some(({ name }) =>
      name === 's' ? args.has(name) && args.dims(name).at(-1) !== -1 : name === 'n' && args.has(name),
    );
    const shape = plan.reduce<readonly Dim[]>((sizes, [axis, length], k) => {
      const size = last && k === plan.length - 1 ? last(length, told) : length;
      return withSize(sizes, axis, size);
    }, self.shape);
    return { dtype: typeOf(self.dtype), shape, strides: undefined };
  };
}

const half = (length: Dim) => add(floorDivide(length, 2), 1);
/** Without a length, the even one that a half spectrum may be of. */
const whole = (length: Dim, told: boolean) => (told ? length : multiply(2, subtract(length, 1)));

interface Frames {
  readonly length: number;
  readonly hop: number;
}

function framesOf(args: RuleArguments): Frames {
  const length = args.number('n_fft');
  return { length, hop: args.has('hop_length') ? args.number('hop_length') : Math.floor(length / 4) };
}

const stft: Rule = (args) => {
  const self = args.tensor('self');
  const { length, hop } = framesOf(args);
  const centred = args.schema.overload === 'center' && args.bool('center');
  const signal = add(sizeAt(self.shape, -1), centred ? 2 * Math.floor(length / 2) : 0);
  if (typeof signal === 'number' && signal < length)
    mismatch(`a signal of ${signal} is shorter than a frame of ${length}`);
  const frames = add(1, floorDivide(subtract(signal, length), hop));
  const complex = category(self.dtype) === 3;
  const bins = (args.has('onesided') ? args.bool('onesided') : !complex) ? Math.floor(length / 2) + 1 : length;
  const shape = [...self.shape.slice(0, -1), bins, frames];
  const gives = args.has('return_complex') ? args.bool('return_complex') : complex;
  if (gives) return { dtype: complexOf(self.dtype), shape, strides: undefined };
  return { dtype: realOf(complexOf(self.dtype)), shape: [...shape, 2], strides: undefined };
};

const istft: Rule = (args) => {
  const self = args.tensor('self');
  const { length, hop } = framesOf(args);
  const whole = add(length, multiply(hop, subtract(sizeAt(self.shape, -1), 1)));
  const cut = args.bool('center') ? Math.floor(length / 2) : 0;
  const signal = args.has('length') ? args.number('length') : subtract(whole, 2 * cut);
  const dtype = args.bool('return_complex') ? self.dtype : realOf(self.dtype);
  return { dtype, shape: [...self.shape.slice(0, -2), signal], strides: undefined };
};

/** Numbers made of two real tensors. */
const ofTwo =
  (first: string, second: string): Rule =>
  (args) => {
    const parts = [args.tensor(first), args.tensor(second)];
    const [a = mismatch('no parts')] = parts;
    const shape = broadcast(...parts.map((part) => part.shape));
    return { dtype: complexOf(a.dtype), shape, strides: pointwiseStrides(shape, parts) };
  };

const shifted: Rule = (args) => ({ ...args.tensor('self'), strides: undefined });

export const spectra: RuleTable = {
  ...each('fft_fft fft_ifft fft_fft2 fft_ifft2 fft_fftn fft_ifftn _fft_c2c', transform(complexOf)),
  ...each('fft_rfft fft_ihfft fft_rfft2 fft_rfftn', transform(complexOf, half)),
  ...each('fft_irfft fft_hfft fft_irfft2 fft_irfftn', transform(realOf, whole)),
  _fft_r2c: (args, counted) => transform(complexOf, args.bool('onesided') ? half : undefined)(args, counted),
  _fft_c2r: (args, counted) => transform(realOf, () => args.dim('last_dim_size'))(args, counted),
  ...each('fft_fftshift fft_ifftshift', shifted),
  fft_fftfreq: (args) => fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, [args.dim('n')]),
  fft_rfftfreq: (args) => fresh(args.dtype('dtype') ?? DEFAULT_FLOAT, [half(args.dim('n'))]),
  stft,
  istft,
  complex: ofTwo('real', 'imag'),
  polar: ofTwo('abs', 'angle'),
  _conj_physical: (args) => args.tensor('self'),
};
