/** What operators of complex numbers are on real ones, where they give real ones too. */

import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { plain } from './complex.ts';
import { toReals } from './fourier.ts';
import { shortTime } from './short-time.ts';

const unchanged: Lowering<{ readonly self: Value }> = ({ self }) => self;

/** The rule for complex numbers, which gives one value for one. */
const same =
  <Args>(rule: (args: Args, onnx: OnnxBuilder, node: Node) => Parameters<typeof plain>[0]): Lowering<Args> =>
  (args, onnx, node) =>
    plain(rule(args, onnx, node));

export const onReals = lowerings({
  'aten::real': unchanged,
  'aten::conj': unchanged,
  'aten::_conj': unchanged,
  'aten::conj_physical': unchanged,
  'aten::_conj_physical': unchanged,
  'aten::fft_irfft': same(toReals['aten::fft_irfft']),
  'aten::fft_irfft2': same(toReals['aten::fft_irfft2']),
  'aten::fft_irfftn': same(toReals['aten::fft_irfftn']),
  'aten::fft_hfft': same(toReals['aten::fft_hfft']),
  // With the parts of its result along an axis of their own, as PyTorch once gave it.
  'aten::stft': same(shortTime),
  'aten::stft.center': same(shortTime),
});
