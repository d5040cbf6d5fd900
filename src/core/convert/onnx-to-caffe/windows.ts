/** Windows that slide along one axis: ONNX pads each end as it likes, Caffe both alike. */
import type { Node } from '../../ir/node.ts';
import { sizes } from './rule.ts';

/** One spatial axis of a convolution or pooling, as ONNX describes it. */
export interface WindowAxis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
  /** How many windows there are. */
  readonly out: number;
}

/** Where Caffe's windows lie: with `pad` at both ends, `count` of them, of which the ones from `skip` on are ONNX's. */
export interface Placement {
  readonly pad: number;
  readonly skip: number;
  readonly count: number;
}

/** The spatial axes of a node whose kernel has those sizes. `auto_pad` is worked out from the sizes. */
export function windowAxes(node: Node, kernel: readonly number[]): readonly WindowAxis[] {
  const input = sizes(node.input(0), node).slice(2);
  const output = sizes(node.outputs[0], node).slice(2);
  const [strides, dilations, pads] = ['strides', 'dilations', 'pads'].map((name) => node.ints(name)?.map(Number));
  const auto = node.string('auto_pad', 'NOTSET');
  return kernel.map((width, k) => {
    const [size, out] = [input[k] ?? 1, output[k] ?? 1];
    const [stride, dilation] = [strides?.[k] ?? 1, dilations?.[k] ?? 1];
    let [begin, end] = [pads?.[k] ?? 0, pads?.[k + kernel.length] ?? 0];
    if (auto === 'VALID') [begin, end] = [0, 0];
    if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
      const total = Math.max(0, (out - 1) * stride + dilation * (width - 1) + 1 - size);
      const less = Math.floor(total / 2);
      [begin, end] = auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
    }
    return { size, kernel: width, stride, dilation, begin, end, out };
  });
}

/**
 * The smallest padding with which all of ONNX's windows are among Caffe's: they begin `stride` apart, so padding that is
 * larger by a multiple of it adds windows in front, to be skipped. Undefined where there is none.
 */
export function place(axis: WindowAxis, count: (pad: number) => number): Placement | undefined {
  if (axis.begin < 0 || axis.end < 0) return undefined;
  const most = Math.ceil(axis.end / axis.stride) + 1;
  for (let skip = 0; skip <= most; skip++) {
    const pad = axis.begin + skip * axis.stride;
    const found = count(pad);
    if (found >= skip + axis.out) return { pad, skip, count: found };
  }
  return undefined;
}

/** `kernel_size: 3` where both axes agree, else `kernel_h` and `kernel_w`; nothing for what is the default anyway. */
export function bothAxes(
  name: string,
  joint: string,
  [height = 1, width = 1]: readonly number[],
  usual?: number,
): Readonly<Record<string, number>> {
  if (height === width) return height === usual ? {} : { [joint]: height };
  return { [`${name}_h`]: height, [`${name}_w`]: width };
}
