/** Adapters of pooling, resizing and regions of interest. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import { string } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { OnnxBuilder } from '../builder.ts';
import {
  type Adapter,
  type AdapterRule,
  adapter,
  constantInts,
  down,
  operand,
  rankOf,
  sameUp,
  sizesOf,
  tooOld,
  up,
} from './adapter.ts';
import { affineGrid } from './affine-grid.ts';
import { dilatedAverages, dilatedExtremes, dilatedNorms, isDilated } from './dilated-windows.ts';
import { isResizedAtRun, resampledByOpenScales } from './open-resampling.ts';
import { pooledPlaces } from './pooled-places.ts';
import { resampled } from './resampling.ts';
import { explicitWindows } from './windows.ts';

const symmetric = adapter(down(19, 'Resize'), (node, onnx) =>
  node.string('coordinate_transformation_mode') === 'half_pixel_symmetric' ? resampled(node, onnx, 19) : undefined,
);

/** Antialiasing, chosen axes and keeping the aspect came with 18. */
const resizeAxes = adapter(down(18, 'Resize'), (node, onnx) => {
  const isSmoothed = node.int('antialias', 0n) !== 0n;
  const keepsAspect = node.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch';
  if (isSmoothed || keepsAspect) return resampled(node, onnx, 18);
  const gone = { antialias: undefined, keep_aspect_ratio_policy: undefined, axes: undefined };
  const axes = node.ints('axes');
  if (!axes) return onnx.same(node.inputs, gone);
  const isCut = node.string('coordinate_transformation_mode') === 'tf_crop_and_resize';
  if (isCut || isResizedAtRun(node)) return resampled(node, onnx, 18);
  const rank = rankOf(node);
  const at = axes.map((axis) => normalAxis(node, axis, rank));
  const scales = scalesOf(node, 2, 18);
  if (scales && scales.length > 0) {
    const whole = Array<number>(rank).fill(1);
    at.forEach((axis, k) => {
      whole[axis] = scales[k] ?? 1;
    });
    return onnx.same([operand(node), undefined, onnx.constant(Tensor.of('float32', [rank], whole))], gone);
  }
  const whole = [...sizesOf(node)];
  const sizes = constantInts(node, 3, 'sizes', 18) ?? [];
  at.forEach((axis, k) => {
    whole[axis] = sizes[k] ?? 1;
  });
  return onnx.same([operand(node), undefined, undefined, onnx.ints(whole)], gone);
});

function scalesOf(node: Node, index: number, needed: number): readonly number[] | undefined {
  const value = node.input(index);
  if (!value) return undefined;
  return constantOf(value)?.numbers() ?? tooOld(node, needed, 'its scales are computed while it runs');
}

/** Until 12 regions and scales had to be given, if empty. */
const resizeInputs = adapter(down(13, 'Resize'), (node, onnx) => {
  const empty = () => onnx.constant(Tensor.of('float32', [0], []));
  return onnx.same([operand(node), node.input(1) ?? empty(), node.input(2) ?? empty(), node.input(3)]);
});
const resizeInputsUp = adapter(up(13, 'Resize'), (node) => {
  if (node.string('coordinate_transformation_mode') === 'tf_half_pixel_for_nn') {
    tooOld(node, 12, 'its coordinates are tf_half_pixel_for_nn');
  }
  return undefined;
});

/** Opset 10 knew scales alone, counted from the corner; what nearest means when shrinking it did not say. */
const resizeDown = adapter(down(11, 'Resize'), (node, onnx) => {
  const mode = node.string('mode', 'nearest');
  const given = node.input(2);
  const scales = given && constantOf(given)?.numbers();
  const isNearest = mode === 'nearest';
  const isOld =
    node.string('coordinate_transformation_mode', 'half_pixel') === 'asymmetric' &&
    mode !== 'cubic' &&
    (!isNearest || node.string('nearest_mode', 'round_prefer_floor') === 'floor') &&
    (scales ? scales.length > 0 : given !== undefined && !isNearest) &&
    !(isNearest && scales?.some((scale) => scale < 1));
  if (!isOld) return resampled(node, onnx, 11);
  return onnx.same([operand(node), operand(node, 2)], { mode, ...absent(node) });
});

/** All attributes of a node but `mode`, to be dropped. */
function absent(node: Node): Record<string, undefined> {
  const names = [...node.attributes.keys()].filter((name) => name !== 'mode');
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** Of scales that are computed an Upsample says that they grow; what nearest means in shrinking opset 10 leaves to us. */
const resizeUp = adapter(up(11, 'Resize'), (node, onnx) => {
  const given = node.input(1);
  const mode = node.string('mode', 'nearest');
  if (mode === 'nearest') growing(node, (given && constantOf(given)?.numbers()) ?? [], 10);
  return asymmetric(node, onnx, mode);
});

function asymmetric(node: Node, onnx: OnnxBuilder, mode: string) {
  const roi = onnx.constant(Tensor.of('float32', [0], []));
  return onnx.Resize(operand(node), roi, operand(node, 1), {
    mode,
    coordinate_transformation_mode: 'asymmetric',
    ...(mode === 'nearest' && { nearest_mode: 'floor' }),
  });
}

function growing(node: Node, scales: readonly number[], needed: number): void {
  if (scales.some((scale) => scale < 1))
    tooOld(node, needed, 'opset 10 leaves open which neighbour is nearest in shrinking');
}

/** Upsample was a Resize that only grows; its scales were an attribute until 8. */
const upsampleToResize = adapter(up(10, 'Upsample'), (node, onnx) =>
  onnx.Resize(operand(node), operand(node, 1), { mode: node.string('mode', 'nearest') }),
);
const resizeToUpsample = adapter(down(10, 'Resize'), (node, onnx) => {
  if (node.string('mode', 'nearest') === 'linear' && !constantOf(operand(node, 1)))
    return resampledByOpenScales(node, onnx, 10);
  growing(node, scalesOf(node, 1, 10) ?? [], 10);
  const mode = string(node.string('mode', 'nearest'));
  return onnx.node('', 'Upsample', [operand(node), operand(node, 1)], [['mode', mode]]).output();
});
const upsampleScalesDown = adapter(down(9, 'Upsample'), (node, onnx) => {
  const scales = constantOf(operand(node, 1))?.numbers();
  return scales ? onnx.same([operand(node)], { scales }) : resampledByOpenScales(node, onnx, 9);
});
const upsampleScales = adapter(up(9, 'Upsample'), (node, onnx) => {
  const scales = node.attribute('scales', 'floats') ?? [];
  return onnx.same([operand(node), onnx.constant(Tensor.of('float32', [scales.length], scales))], {
    scales: undefined,
  });
});

/** The shift by half a pixel came with 16 and is the default there. */
const roiAlignUp = adapter(up(16, 'RoiAlign'), (node, onnx) =>
  onnx.same(node.inputs, { coordinate_transformation_mode: 'output_half_pixel' }),
);

/** From 11 on SAME_UPPER has the odd place at the end, as its name says; before, SAME_LOWER had. Pads that are told say both. */
const sameSides = (isNewer: boolean): AdapterRule => {
  return (node, onnx) => {
    const mode = node.string('auto_pad', 'NOTSET');
    if (!mode.startsWith('SAME')) return undefined;
    const pads = samePads(node, (mode === 'SAME_UPPER') === isNewer);
    return onnx.same(node.inputs, { auto_pad: undefined, output_shape: undefined, pads });
  };
};

/** Such that the output is `stride` times as large as the input, or as large as it is told. */
function samePads(node: Node, isMoreAtEnd: boolean): readonly number[] {
  const [sizes, kernel] = [sizesOf(node).slice(2), sizesOf(node, 1).slice(2)];
  const list = (name: string, fallback: number) => node.ints(name)?.map(Number) ?? sizes.map(() => fallback);
  const [strides, dilations, more] = [list('strides', 1), list('dilations', 1), list('output_padding', 0)];
  const told = node.ints('output_shape')?.map(Number).slice(-sizes.length);
  const totals = sizes.map((size, k) => {
    const [stride = 1, window = 1, dilation = 1, behind = 0] = [strides[k], kernel[k], dilations[k], more[k]];
    const wanted = told?.[k] ?? size * stride;
    const total = stride * (size - 1) + behind + (window - 1) * dilation + 1 - wanted;
    return total >= 0 ? total : tooOld(node, 11, 'its windows do not reach as far as its output');
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const rest = totals.map((total, k) => total - (less[k] ?? 0));
  return isMoreAtEnd ? [...less, ...rest] : [...rest, ...less];
}

/** Until 7 MaxPool gave no indices. */
const maxPoolIndices = adapter(down(8, 'MaxPool'), (node, onnx) => {
  const places = countsPlaces(node) ? pooledPlaces(node, onnx, 8) : undefined;
  if (!places) {
    if (node.outputs.length > 1) node.removeLastOutput();
    node.deleteAttribute('storage_order');
    return undefined;
  }
  const attributes = [...node.attributes].filter(([name]) => name !== 'storage_order');
  return [onnx.node('', 'MaxPool', [operand(node)], attributes).output(), places];
});

function countsPlaces(node: Node): boolean {
  return node.outputs.length > 1 && node.output(1).useCount > 0;
}

const windows =
  (version: number): AdapterRule =>
  (node, onnx) =>
    explicitWindows(node, onnx, version);

/** Dilated averages came with 19; before, runtimes did not agree on how a rounded-up window counts its padding. */
const averagePool = adapter(down(19, 'AveragePool'), (node, onnx) => {
  if (isDilated(node)) return dilatedAverages(node, onnx, 19);
  node.deleteAttribute('dilations');
  return explicitWindows(node, onnx, 19);
});

/** Windows that are rounded up came with 10. */
const averagePoolOld = adapter(down(10, 'AveragePool'), windows(10));

/** Gaps came with 18. */
const lpPool = adapter(down(18, 'LpPool'), (node, onnx) =>
  isDilated(node) ? dilatedNorms(node, onnx, 18) : explicitWindows(node, onnx, 18),
);

/** Gaps, and windows that are rounded up, came with 10. */
const maxPool = adapter(down(10, 'MaxPool'), (node, onnx) => {
  const isCeil = node.int('ceil_mode', 0n) !== 0n;
  if (!isDilated(node) && !isCeil) return undefined;
  if (!countsPlaces(node)) return dilatedExtremes(node, onnx, 10);
  if (!isDilated(node)) return explicitWindows(node, onnx, 10, true);
  return [dilatedExtremes(node, onnx, 10), pooledPlaces(node, onnx, 10)];
});

export const images: readonly Adapter[] = [
  symmetric,
  sameUp(19, 'Resize'),
  resizeAxes,
  sameUp(18, 'Resize'),
  resizeInputs,
  resizeInputsUp,
  resizeDown,
  resizeUp,
  upsampleToResize,
  resizeToUpsample,
  upsampleScales,
  upsampleScalesDown,
  affineGrid,
  roiAlignUp,
  adapter(down(11, 'ConvTranspose'), sameSides(true)),
  adapter(up(11, 'ConvTranspose'), sameSides(false)),
  maxPoolIndices,
  sameUp(8, 'MaxPool'),
  adapter(down(22, 'AveragePool', 'LpPool', 'MaxPool'), windows(22)),
  adapter(up(22, 'AveragePool', 'LpPool', 'MaxPool'), windows(21)),
  averagePool,
  averagePoolOld,
  lpPool,
  maxPool,
  adapter(up(19, 'AveragePool'), windows(18)),
];
