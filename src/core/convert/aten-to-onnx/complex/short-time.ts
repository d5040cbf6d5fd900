/**
 * Short-time Fourier transforms (torch.stft, torch.istft). Frames that step over a signal and are multiplied by constant
 * waves are a convolution, and their overlapping sum a transposed one; long frames are ONNX's STFT. Rules:
 * ATen/native/SpectralOps.cpp.
 */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, subtract } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { bounded, sliced } from '../rules/shape.ts';
import { dimAt, filled, rankOf, refuseArgument, resultDims, resultType } from '../support.ts';
import {
  Complex,
  type ComplexArguments,
  complexLowerings,
  type Parts,
  partType,
  realOf,
  sideBySide,
  takenApart,
} from './complex.ts';
import { computed, rowFactor, waveAt } from './transform.ts';

/** The longest frame that is a kernel of waves: 4 MB for half spectra. */
const LONGEST_KERNEL = 1024;
/** The same where onnxruntime's STFT would round a thousand times more. */
const LONGEST_ODD_KERNEL = 2048;

interface Frames {
  readonly n_fft: number;
  readonly hop_length: number | undefined;
  readonly win_length: number | undefined;
  readonly window: Value | undefined;
}

interface ShortTime extends Frames {
  readonly self: Value;
  readonly normalized: boolean;
  readonly onesided: boolean | undefined;
  readonly align_to_window: boolean | undefined;
}

function hopOf({ hop_length, n_fft }: Frames): number {
  return hop_length ?? Math.floor(n_fft / 4);
}

/** The window with zeros on both sides up to a frame; undefined where it is all ones. */
function windowOf(
  frames: Omit<Frames, 'window'> & { readonly window: Parts | undefined },
  dtype: DataType,
  onnx: OnnxBuilder,
  node: Node,
): Value | undefined {
  const { n_fft, win_length = n_fft, window } = frames;
  if (window instanceof Complex) refuseArgument(node, 'a complex window', 'only real ones are written');
  if (!window && win_length === n_fft) return undefined;
  const own = window ? onnx.cast(window, dtype) : filled(onnx, [win_length], 1, dtype);
  const left = Math.floor((n_fft - win_length) / 2);
  if (win_length === n_fft) return own;
  const right = n_fft - win_length - left;
  const { constant } = own;
  if (!constant) return onnx.Pad(own, onnx.ints([left, right]), onnx.like(own, 0));
  return onnx.constant(computed(dtype, [n_fft], () => [...zeros(left), ...constant.numbers(), ...zeros(right)]));
}

function zeros(count: number): number[] {
  return Array<number>(count).fill(0);
}

/** A kernel times the window over its last axis: in numbers where both are known. */
function windowed(kernel: Tensor, window: Value | undefined, onnx: OnnxBuilder): Value {
  const weights = window?.constant;
  if (!window) return onnx.constant(kernel);
  if (!weights) return onnx.Mul(onnx.constant(kernel), window);
  const length = weights.count;
  return onnx.constant(
    computed(kernel.dtype, kernel.shape, () => {
      const factors = weights.numbers();
      return kernel.numbers().map((value, k) => value * (factors[k % length] ?? 0));
    }),
  );
}

/** [2 * bins, 1, frame]: cosines, then sines turned by `sign`, each bin with its factor. */
function waveKernel(
  dtype: DataType,
  bins: number,
  length: number,
  sign: number,
  factor: (bin: number) => number,
): Tensor {
  return computed(dtype, [2 * bins, 1, length], () =>
    [Math.cos, (angle: number) => sign * Math.sin(angle)].flatMap((wave) =>
      Array.from({ length: bins * length }, (_, k) => {
        const [bin, place] = [Math.floor(k / length), k % length];
        return factor(bin) * waveAt(wave, bin * place, length);
      }),
    ),
  );
}

function fitsKernel(length: number, dtype: DataType): boolean {
  // onnxruntime convolves no doubles.
  if (dtype !== 'float32') return false;
  return length <= (Number.isInteger(Math.log2(length)) ? LONGEST_KERNEL : LONGEST_ODD_KERNEL);
}

/** [batch, bins, frames] of a signal [batch, length]. */
function spectrogram(signal: Parts, args: ComplexArguments<ShortTime>, onnx: OnnxBuilder, node: Node): Complex {
  const { n_fft, normalized, onesided } = args;
  const dtype = dtypeOf(realOf(signal));
  const window = windowOf(args, dtype, onnx, node);
  const half = onesided ?? !(signal instanceof Complex);
  const bins = half ? Math.floor(n_fft / 2) + 1 : n_fft;
  const scale = normalized ? 1 / Math.sqrt(n_fft) : 1;
  if (!fitsKernel(n_fft, dtype)) return byOperator(signal, args, window, half, scale, onnx, node);
  const kernel = windowed(
    waveKernel(dtype, bins, n_fft, -1, () => scale),
    window,
    onnx,
  );
  const spectrum = (x: Value) => {
    const waves = onnx.Conv(onnx.unsqueeze(x, [1]), kernel, { strides: [hopOf(plainFrames(args))] });
    const [cosine, sine] = onnx.many('Split', [waves], { axis: 1, num_outputs: 2 }, 2);
    if (!cosine || !sine) throw new Error('a split into two gives two');
    return [cosine, sine] as const;
  };
  const [real, imaginary] = spectrum(realOf(signal));
  if (!(signal instanceof Complex)) return new Complex(real, imaginary);
  const [crossed, turned] = spectrum(signal.imaginary);
  return new Complex(onnx.Sub(real, turned), onnx.Add(imaginary, crossed));
}

function plainFrames({ n_fft, hop_length, win_length }: Omit<Frames, 'window'>): Frames {
  return { n_fft, hop_length, win_length, window: undefined };
}

function byOperator(
  signal: Parts,
  args: ComplexArguments<ShortTime>,
  window: Value | undefined,
  half: boolean,
  scale: number,
  onnx: OnnxBuilder,
  node: Node,
): Complex {
  const data = signal instanceof Complex ? sideBySide(signal, onnx, node) : onnx.unsqueeze(signal, [2]);
  const made = onnx.STFT(
    data,
    onnx.constant(BigInt(hopOf(plainFrames(args)))),
    window ?? filled(onnx, [args.n_fft], 1, dtypeOf(data)),
    onnx.constant(BigInt(args.n_fft)),
    { onesided: half ? 1 : 0 },
  );
  const scaled = scale === 1 ? made : onnx.Mul(made, onnx.like(made, scale));
  return takenApart(onnx.transpose(scaled, [0, 2, 1, 3]), onnx, node);
}

const PAD_MODES: Readonly<Record<string, string>> = {
  reflect: 'reflect',
  constant: 'constant',
  replicate: 'edge',
  circular: 'wrap',
};

/** The signal with half a frame on both sides. */
function centred(x: Value, n_fft: number, mode: string, onnx: OnnxBuilder, node: Node): Value {
  const side = Math.floor(n_fft / 2);
  const name = PAD_MODES[mode] ?? refuseArgument(node, `pad_mode='${mode}'`, 'there is no such padding');
  return onnx.Pad(x, onnx.ints([0, side, 0, side]), mode === 'constant' ? onnx.like(x, 0) : undefined, { mode: name });
}

type Centred = ShortTime & { readonly center?: boolean | undefined; readonly pad_mode?: string | undefined };

export function shortTime(args: ComplexArguments<Centred>, onnx: OnnxBuilder, node: Node): Parts {
  if (args.align_to_window) refuseArgument(node, 'align_to_window=True', 'its frames begin elsewhere');
  const dtype = partType(resultType(node));
  const change = (make: (part: Value) => Value): Parts => {
    const { self } = args;
    return self instanceof Complex ? new Complex(make(self.real), make(self.imaginary)) : make(self);
  };
  const one = rankOf(realOf(args.self), node) === 1;
  const signal = change((part) => {
    const rows = one ? onnx.unsqueeze(onnx.cast(part, dtype), [0]) : onnx.cast(part, dtype);
    return args.center ? centred(rows, args.n_fft, args.pad_mode ?? 'reflect', onnx, node) : rows;
  });
  const spectrum = spectrogram(signal, args, onnx, node);
  const shaped = one ? new Complex(onnx.squeeze(spectrum.real, [0]), onnx.squeeze(spectrum.imaginary, [0])) : spectrum;
  return dtype === resultType(node) ? sideBySide(shaped, onnx, node) : shaped;
}

export const shortTimeTransforms = complexLowerings({
  'aten::stft': shortTime,
  'aten::stft.center': shortTime,
  'aten::istft': (args, onnx, node) => {
    const { n_fft, center, normalized, return_complex } = args;
    if (return_complex) refuseArgument(node, 'return_complex=True', 'only real signals are put together');
    const dtype = resultType(node);
    const window = windowOf(args, dtype, onnx, node);
    const spectrum =
      args.self instanceof Complex ? args.self : refuseArgument(node, 'a real spectrum', 'it is complex');
    const one = rankOf(spectrum.real, node) === 2;
    const axis = one ? 0 : 1;
    // Of a whole spectrum the second half is not looked at.
    const bins = Math.floor(n_fft / 2) + 1;
    const half = (part: Value) => sliced(onnx, part, axis, { start: 0, end: bins }, node);
    const parts = onnx.Concat(half(spectrum.real), half(spectrum.imaginary), { axis });
    const norm = normalized ? 'root' : 'length';
    const factor = (bin: number) => rowFactor({ length: n_fft, norm, halved: true }, bin);
    const kernel = windowed(waveKernel(dtype, bins, n_fft, -1, factor), window, onnx);
    const hop = hopOf(plainFrames(args));
    const whole = onnx.ConvTranspose(one ? onnx.unsqueeze(parts, [0]) : parts, kernel, { strides: [hop] });
    const frames = dimAt(spectrum.real, axis + 1, node);
    const envelope = envelopeOf(window, dtype, n_fft, hop, frames, onnx);
    const cut = (x: Value) => {
      const length = dimAt(x, 2, node);
      const start = center ? Math.floor(n_fft / 2) : 0;
      const wanted = resultDims(node).at(-1);
      const end = add(start, wanted);
      return sliced(onnx, x, 2, bounded(start, end, length), node);
    };
    const divided = onnx.Div(cut(whole), cut(envelope));
    return filledUp(onnx.squeeze(divided, one ? [0, 1] : [1]), resultDims(node).at(-1), onnx, node);
  },
});

/** What the windows of all frames add up to. */
function envelopeOf(
  window: Value | undefined,
  dtype: DataType,
  length: number,
  hop: number,
  frames: Dim,
  onnx: OnnxBuilder,
): Value {
  const weights = window ? window.constant : Tensor.of(dtype, [length], Array<number>(length).fill(1));
  if (typeof frames === 'number' && weights) {
    const total = length + hop * (frames - 1);
    return onnx.constant(computed(dtype, [1, 1, total], () => overlapped(weights.numbers(), hop, frames, total)));
  }
  const own = window ?? filled(onnx, [length], 1, dtype);
  return onnx.ConvTranspose(filled(onnx, [1, 1, frames], 1, dtype), onnx.reshape(onnx.Mul(own, own), [1, 1, length]), {
    strides: [hop],
  });
}

function overlapped(window: readonly number[], hop: number, frames: number, total: number): number[] {
  const sums = Array<number>(total).fill(0);
  for (let frame = 0; frame < frames; frame++)
    for (const [k, weight] of window.entries()) {
      const at = frame * hop + k;
      sums[at] = (sums[at] ?? 0) + weight * weight;
    }
  return sums;
}

/** A signal shorter than was asked for ends in silence. */
function filledUp(x: Value, wanted: Dim, onnx: OnnxBuilder, node: Node): Value {
  const rank = rankOf(x, node);
  const missing = subtract(wanted, dimAt(x, rank - 1, node));
  if (typeof missing !== 'number' || missing <= 0) return x;
  return onnx.Pad(x, onnx.ints([...zeros(2 * rank - 1), missing]), onnx.like(x, 0));
}
