/**
 * Default boxes of single-shot detectors, which depend on sizes alone and so become constants: weiliu89/caffe, branch ssd,
 * src/caffe/layers/prior_box_layer.cpp; opencv 4.x, modules/dnn/src/layers/prior_box_layer.cpp; opencv/dldt,
 * prior_box_clustered.hpp.
 */
import type { Value } from '../../../ir/value.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';

const HOLDER = 'prior_box_param';

/** Their code keeps sizes as whole numbers. */
const WHOLE_SIZES: ReadonlySet<string> = new Set(['cambricon', 'intel', 'nvcaffe', 'ssd', 'tengine']);

/** Width and height. */
type Size = readonly [number, number];

interface Layout {
  readonly cells: Size;
  readonly image: Size;
  readonly step: Size;
  readonly offset: number;
  readonly boxes: readonly Size[];
  readonly clip: boolean;
  /** For xmin, ymin, xmax and ymax. */
  readonly variances: readonly number[];
}

function priors(layer: Layer, boxes: readonly Size[]): Value {
  const layout = layoutOf(layer, boxes);
  const count = layout.cells[0] * layout.cells[1] * boxes.length * 4;
  return layer.made('boxes', [1, 2, count], () => numbersOf(layout, count));
}

function layoutOf(layer: Layer, boxes: readonly Size[]): Layout {
  const [rows, columns] = [layer.size(layer.bottom(), 2), layer.size(layer.bottom(), 3)];
  const image = pair(layer, 'img_w', 'img_h', 'img_size');
  const picture = layer.bottom(1);
  const measured = (): Size => [layer.size(picture, 3), layer.size(picture, 2)];
  // OpenCV's layers do not read the size that is said.
  const size = image && layer.backend.base !== 'opencv' ? image : measured();
  const variances = layer.numbers(`${HOLDER}.variance`);
  if (![0, 1, 4].includes(variances.length)) layer.invalid(`it has ${variances.length} variances`);
  if (layer.backend.base === 'tengine') asTengineDoes(layer, size, variances.length);
  return {
    cells: [columns, rows],
    image: size,
    step: pair(layer, 'step_w', 'step_h', 'step') ?? [Math.fround(size[0] / columns), Math.fround(size[1] / rows)],
    offset: layer.number(`${HOLDER}.offset`, 0.5),
    boxes,
    clip: layer.flag(`${HOLDER}.clip`),
    variances: variances.length === 4 ? variances : Array<number>(4).fill(variances[0] ?? 0.1),
  };
}

/** OAID/Tengine source/device/cpu/op/priorbox/priorbox_ref.c reads four variances, and divides flipped boxes by the other side. */
function asTengineDoes(layer: Layer, [width, height]: Size, variances: number): void {
  if (variances !== 4) layer.refuse('its variances', 'Tengine reads four, whatever lies behind those that are said');
  if (layer.flag(`${HOLDER}.flip`, true) && ratiosOf(layer).length > 0 && width !== height)
    layer.refuse('boxes that are flipped', 'Tengine divides them by the other side of the image');
}

/** Two numbers under names of their own, or one for both; undefined where one of them is 0 or not said. */
function pair(layer: Layer, width: string, height: string, both: string): Size | undefined {
  const joint = layer.number(`${HOLDER}.${both}`, 0);
  const sizes: Size = [layer.number(`${HOLDER}.${width}`, joint), layer.number(`${HOLDER}.${height}`, joint)];
  return sizes[0] > 0 && sizes[1] > 0 ? sizes : undefined;
}

/** Corners in shares of the image, cell by cell along the rows; then as many variances. */
function numbersOf({ cells, image, step, offset, boxes, clip, variances }: Layout, count: number): Float32Array {
  const numbers = new Float32Array(2 * count);
  let at = 0;
  for (let cell = 0; cell < cells[0] * cells[1]; cell++) {
    const place: Size = [cell % cells[0], Math.floor(cell / cells[0])];
    for (const size of boxes) {
      for (let corner = 0; corner < 4; corner++) {
        const axis = corner % 2 === 0 ? 0 : 1;
        const centre = Math.fround((place[axis] + offset) * step[axis]);
        const half = size[axis] / 2;
        const share = (corner < 2 ? centre - half : centre + half) / image[axis];
        numbers[at] = clip ? Math.min(Math.max(share, 0), 1) : share;
        numbers[count + at++] = variances[corner] ?? 0;
      }
    }
  }
  return numbers;
}

/** A square of each size, one between it and the larger size, then the other ratios of width to height. */
function boxesOf(layer: Layer): readonly Size[] {
  const read = (name: string) => {
    const sizes = layer.numbers(`${HOLDER}.${name}`);
    return WHOLE_SIZES.has(layer.backend.base) ? sizes.map(Math.trunc) : sizes;
  };
  const [small, large] = [read('min_size'), read('max_size')];
  if (small.length === 0) layer.invalid('it has no min_size');
  if (large.length > 0 && large.length !== small.length) layer.invalid('it has not as many max_size as min_size');
  const ratios = ratiosOf(layer).map(Math.sqrt);
  return small.flatMap((size, k): Size[] => {
    const squares = [size, ...large.slice(k, k + 1).map((other) => Math.fround(Math.sqrt(size * other)))];
    return [
      ...squares.map((each): Size => [each, each]),
      ...ratios.map((root): Size => [Math.fround(size * root), Math.fround(size / root)]),
    ];
  });
}

/** Those that are neither 1 nor known already, each with its inverse where boxes are flipped. */
function ratiosOf(layer: Layer): readonly number[] {
  const flip = layer.flag(`${HOLDER}.flip`, true);
  const found: number[] = [1];
  for (const ratio of layer.numbers(`${HOLDER}.aspect_ratio`)) {
    const known = found.some((other) => Math.abs(other - ratio) < 1e-6);
    if (!known) found.push(ratio, ...(flip ? [Math.fround(1 / ratio)] : []));
  }
  return found.slice(1);
}

function givenBoxes(layer: Layer): readonly Size[] {
  const [widths, heights] = [layer.numbers(`${HOLDER}.width`), layer.numbers(`${HOLDER}.height`)];
  if (widths.length !== heights.length) layer.invalid('it has not as many heights as widths');
  return widths.map((width, k) => [width, heights[k] ?? 0]);
}

function priorBox(layer: Layer): Value {
  const given = givenBoxes(layer);
  return priors(layer, given.length > 0 ? given : boxesOf(layer));
}

export const priorRules: LayerRules = { PriorBox: priorBox, PriorBoxClustered: priorBox };
