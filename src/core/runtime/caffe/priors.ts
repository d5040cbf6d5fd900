/**
 * Default boxes of single-shot detectors: weiliu89/caffe, branch ssd, src/caffe/layers/prior_box_layer.cpp; opencv 4.x,
 * modules/dnn/src/layers/prior_box_layer.cpp; boxes of given sizes: opencv/dldt, prior_box_clustered.hpp.
 */
import {
  type Blob,
  blobOf,
  bottom,
  flag,
  isGiven,
  type Layer,
  type LayerCall,
  number,
  numbers,
  refusal,
} from './blob.ts';

const HOLDER = 'prior_box_param';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Two rows: corners [xmin, ymin, xmax, ymax] of each box in shares of the image, then what their offsets are scaled by. */
function boxes(call: LayerCall, sizes: readonly Size[]): Blob {
  const { node } = call;
  const [rows = 1, columns = 1] = bottom(call).shape.slice(2);
  const image = imageSize(call);
  const step = stepSize(call, image, { width: columns, height: rows });
  const offset = number(node, `${HOLDER}.offset`, 0.5);
  const clip = flag(node, `${HOLDER}.clip`, call.means.priorBox.clips);
  const variances = numbers(node, `${HOLDER}.variance`);
  const [variance = 0.1] = variances;
  if (call.means.priorBox.asTengine && variances.length !== 4) throw refusal(call, 'it has not four variances');
  const length = rows * columns * sizes.length * 4;
  const y = blobOf([1, 2, length]);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const centre = [Math.fround((column + offset) * step.width), Math.fround((row + offset) * step.height)] as const;
      for (const { width, height } of sizes) {
        const corners = [
          (centre[0] - width / 2) / image.width,
          (centre[1] - height / 2) / image.height,
          (centre[0] + width / 2) / image.width,
          (centre[1] + height / 2) / image.height,
        ];
        for (const [k, corner] of corners.entries()) {
          y.data[length + at] = variances.length > 1 ? (variances[k] ?? 0) : variance;
          y.data[at++] = clip ? Math.min(Math.max(corner, 0), 1) : corner;
        }
      }
    }
  }
  return y;
}

function imageSize(call: LayerCall): Size {
  const { node, means } = call;
  const [, , height = 1, width = 1] = call.bottoms[1]?.shape ?? [];
  if (!means.priorBox.imageSize) return { width, height };
  const both = number(node, `${HOLDER}.img_size`, 0);
  const given = { width: number(node, `${HOLDER}.img_w`, both), height: number(node, `${HOLDER}.img_h`, both) };
  return given.width > 0 && given.height > 0 ? given : { width, height };
}

function stepSize({ node }: LayerCall, image: Size, cells: Size): Size {
  const both = number(node, `${HOLDER}.step`, 0);
  const given = { width: number(node, `${HOLDER}.step_w`, both), height: number(node, `${HOLDER}.step_h`, both) };
  if (given.width > 0 && given.height > 0) return given;
  return { width: Math.fround(image.width / cells.width), height: Math.fround(image.height / cells.height) };
}

/** For each size: that size, the mean with the larger size, then the ratios but 1, each followed by its inverse. */
function sizesOf(call: LayerCall): readonly Size[] {
  const { node, means } = call;
  const whole = (size: number) => (means.priorBox.wholeSizes ? Math.trunc(size) : size);
  const least = numbers(node, `${HOLDER}.min_size`).map(whole);
  const most = numbers(node, `${HOLDER}.max_size`).map(whole);
  if (least.length === 0) throw refusal(call, 'it has no min_size');
  if (most.length > 0 && most.length !== least.length) {
    throw refusal(call, `it has ${least.length} min_size and ${most.length} max_size`);
  }
  const ratios = ratiosOf(node);
  const image = imageSize(call);
  const flips = flag(node, `${HOLDER}.flip`, true) && ratios.length > 0;
  if (means.priorBox.asTengine && flips && image.width !== image.height)
    throw refusal(call, 'its boxes are flipped by the other side of the image');
  return least.flatMap((size, k) => {
    const larger = most[k];
    const mean = larger === undefined ? [] : [Math.fround(Math.sqrt(size * larger))];
    return [
      ...[size, ...mean].map((each) => ({ width: each, height: each })),
      ...ratios.map((ratio) => ({
        width: Math.fround(size * Math.sqrt(ratio)),
        height: Math.fround(size / Math.sqrt(ratio)),
      })),
    ];
  });
}

function ratiosOf(node: LayerCall['node']): readonly number[] {
  const flip = flag(node, `${HOLDER}.flip`, true);
  const ratios: number[] = [];
  for (const ratio of numbers(node, `${HOLDER}.aspect_ratio`)) {
    if ([1, ...ratios].some((known) => Math.abs(known - ratio) < 1e-6)) continue;
    ratios.push(ratio);
    if (flip) ratios.push(Math.fround(1 / ratio));
  }
  return ratios;
}

function givenSizes({ node }: LayerCall): readonly Size[] {
  const heights = numbers(node, `${HOLDER}.height`);
  return numbers(node, `${HOLDER}.width`).map((width, k) => ({ width, height: heights[k] ?? 0 }));
}

/** Fields that lay out boxes in ways that are not told here (densities of OpenVINO and Cambricon, several offsets of OpenCV). */
const NOT_TOLD = ['density', 'fixed_ratio', 'fixed_size', 'offset_h', 'offset_w', 'p_type'];

const priorBox: Layer = (call) => {
  const { node } = call;
  const other = NOT_TOLD.find((name) => isGiven(node, `${HOLDER}.${name}`));
  if (other !== undefined) throw refusal(call, `${other} is not known here`);
  const given = givenSizes(call);
  return boxes(call, given.length > 0 ? given : sizesOf(call));
};

export const priorLayers: Readonly<Record<string, Layer>> = { PriorBox: priorBox, PriorBoxClustered: priorBox };
