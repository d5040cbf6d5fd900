/** How convolutions and pools slide a window over their spatial axes. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, floorDivide, multiply, type Shape, sameDim, subtract } from '../../../ir/shape.ts';
import { clash } from './rule.ts';

export interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
  readonly autoPad: string;
}

/** How a node slides a window of that size. Throws where its attributes do not fit the number of axes. */
export function windowOf(node: Node, kernel: readonly Dim[]): Window {
  const rank = kernel.length;
  const window = {
    kernel,
    strides: numbers(node.ints('strides', [])),
    dilations: numbers(node.ints('dilations', [])),
    pads: numbers(node.ints('pads', [])),
    autoPad: node.string('auto_pad', 'NOTSET'),
  };
  for (const name of ['strides', 'dilations'] as const) {
    const found = window[name];
    if (node.attributes.has(name) && found.length !== rank)
      clash(node, `${name} has ${found.length} numbers, not ${rank}`);
    if (found.some((value) => value <= 0)) clash(node, `${name} must be positive`);
  }
  if (node.attributes.has('pads') && window.pads.length !== 2 * rank) {
    clash(node, `pads has ${window.pads.length} numbers, not ${2 * rank}`);
  }
  if (window.pads.some((pad) => pad < 0)) clash(node, 'pads must not be negative');
  if (kernel.some((size) => typeof size === 'number' && size <= 0)) clash(node, 'the window is empty');
  const endless = kernel.find((size) => typeof size === 'number' && !Number.isSafeInteger(size));
  if (endless !== undefined) clash(node, `a window of ${endless} fits into nothing`);
  return window;
}

/** Whether a last window that does not fit whole counts, and, `clipped`, only if it starts before the padding behind. */
export type Rounding = 'floor' | 'ceil' | 'clipped';

/** The sizes after a window has slid over `sizes`. */
export function slid(node: Node, sizes: Shape, window: Window, rounding: Rounding = 'floor'): Shape {
  return sizes.map((size, k) => {
    const { autoPad, pads, strides, dilations, kernel } = window;
    const extent = add(multiply(subtract(kernel[k], 1), dilations[k] ?? 1), 1);
    const [before, after] = [pads[k] ?? 0, pads[k + sizes.length] ?? 0];
    const byPads = () => counted(node, size, extent, [before, after], strides[k] ?? 1, rounding);
    if (autoPad === 'NOTSET' || autoPad === '') return byPads();
    const found = autoPad.startsWith('SAME')
      ? ceilDivide(size, strides[k] ?? 1)
      : counted(node, size, extent, [0, 0], strides[k] ?? 1, rounding);
    // Pads that say something else than auto_pad win in onnx and lose in onnxruntime.
    return pads.length > 0 && !sameDim(found, byPads()) ? undefined : found;
  });
}

/** How often a window of `extent` fits. */
function counted(
  node: Node,
  size: Dim,
  extent: Dim,
  [before, after]: readonly [number, number],
  stride: number,
  rounding: Rounding,
): Dim {
  const room = subtract(add(size, before + after), extent);
  if (typeof room === 'number' && room < 0) clash(node, `a window of ${extent} does not fit into ${size}`);
  if (rounding === 'floor') return add(floorDivide(room, stride), 1);
  const count = add(ceilDivide(room, stride), 1);
  if (rounding === 'ceil') return count;
  // A window that would start in the padding behind the data is left out.
  if (typeof count === 'number' && typeof size === 'number') {
    return (count - 1) * stride >= size + before ? count - 1 : count;
  }
  return stride === 1 ? count : undefined;
}

function ceilDivide(a: Dim, b: number): Dim {
  return b === 1 ? a : floorDivide(add(a, b - 1), b);
}

export function numbers(values: readonly bigint[]): number[] {
  return values.map(Number);
}
