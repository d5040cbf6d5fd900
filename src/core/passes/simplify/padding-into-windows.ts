/** Pad before a convolution or a pooling, which pads itself. Exact. */
import type { Node } from '../../ir/node.ts';
import type { PatternRule } from '../pass.ts';
import { type Padding, paddingOf } from './forms.ts';
import { givesOne, instead, named, producerOf, simplification } from './rule.ts';
import { isNonNegative } from './signs.ts';

const windows = simplification({
  name: 'pad-into-windows',
  title: 'Lets Conv, AveragePool and MaxPool pad themselves instead of a Pad before them',
  operators: 'Conv AveragePool MaxPool',
  replace(node, site) {
    const pad = producerOf(node.input(0), node, 'Pad');
    const x = pad?.input(0);
    const padding = pad && paddingOf(pad);
    if (!pad || !x || !padding || pad.output().useCount !== 1 || !givesOne(node)) return undefined;
    const reason = unfit(node, padding) ?? FITS[node.op]?.(node, pad, padding);
    if (reason) return site.missed(reason, pad, node);
    const axes = padding.before.length - 2;
    const own = node.ints('pads')?.map(Number) ?? Array<number>(2 * axes).fill(0);
    const added = [...padding.before.slice(2), ...padding.after.slice(2)];
    const changes = {
      pads: own.map((each, k) => each + (added[k] ?? 0)),
      auto_pad: undefined,
      ...(node.op === 'AveragePool' && { count_include_pad: 1 }),
    };
    const [value] = site.onnx.same([x, ...node.inputs.slice(1)], changes);
    return value && instead(node, value, `${named(node)} can pad itself what ${named(pad)} pads`);
  },
});

/** Why padding is not what windows pad with; undefined where it is. */
function unfit(node: Node, { before, after, mode }: Padding): string | undefined {
  if (mode !== 'constant') return `the Pad has the mode ${mode}`;
  if ([...before, ...after].some((size) => size < 0)) return 'the Pad cuts';
  if ([before[0], before[1], after[0], after[1]].some((size) => size !== 0)) return 'the Pad pads batches or channels';
  const auto = node.string('auto_pad', 'NOTSET');
  return auto === 'NOTSET' || auto === 'VALID' ? undefined : `it pads itself (${auto})`;
}

/** Why an operator cannot pad in the place of a Pad; undefined where it can. */
const FITS: Readonly<Record<string, (node: Node, pad: Node, padding: Padding) => string | undefined>> = {
  Conv: (_, __, { value }) => (value === 0 ? undefined : 'the Pad pads with something else than 0'),
  AveragePool(node, _, padding) {
    if (padding.value !== 0) return 'the Pad pads with something else than 0';
    if (node.int('ceil_mode', 0n) !== 0n) return 'it rounds up the number of windows';
    const padsItself = node.ints('pads')?.some((size) => size !== 0n) ?? false;
    if (padsItself && node.int('count_include_pad', 0n) === 0n) return 'it does not count its own padding';
    return lessThanKernel(node, padding);
  },
  MaxPool(node, pad, padding) {
    const { value } = padding;
    if (node.int('ceil_mode', 0n) !== 0n) return 'it rounds up the number of windows';
    const x = pad.input(0);
    // Whatever is not greater than every element of a window that has one changes no maximum.
    const never = value === Number.NEGATIVE_INFINITY || (value !== undefined && value <= 0 && x && isNonNegative(x));
    if (!never) return 'the Pad pads with numbers that may be the greatest';
    if ((node.ints('dilations') ?? []).some((each) => each !== 1n)) return 'its windows have gaps';
    return lessThanKernel(node, padding);
  },
};

/** Runtimes want each side's padding below the size of the window: then every window holds an element. */
function lessThanKernel(node: Node, { before, after }: Padding): string | undefined {
  const kernel = node.ints('kernel_shape', []).map(Number);
  const own = node.ints('pads')?.map(Number) ?? [];
  const sides = [...before.slice(2), ...after.slice(2)];
  const fits = sides.every((size, k) => size + (own[k] ?? 0) < (kernel[k % kernel.length] ?? 0));
  return fits ? undefined : 'the padding is as large as the window';
}

export const paddingRules: readonly PatternRule[] = [windows];
