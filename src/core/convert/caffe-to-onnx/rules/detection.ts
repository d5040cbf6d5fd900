/**
 * What a single-shot detector found: weiliu89/caffe, branch ssd, src/caffe/layers/detection_output_layer.cpp and
 * src/caffe/util/bbox_util.cpp; opencv 4.x, modules/dnn/src/layers/detection_output_layer.cpp. Candidates are sorted by TopK,
 * which like the frameworks puts the first of equal scores first; rows are read off by their places, so that the order in
 * which NonMaxSuppression selects decides nothing.
 */
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';
import { staying } from '../suppression.ts';

/** The message of the layer's parameters. */
export function holderOf({ type }: Layer): string {
  return type === 'DetectionPoseOutput' ? 'detection_pose_output_param' : 'detection_output_param';
}

/** The default boxes, which stand behind the poses where there are some. */
function priorsOf(layer: Layer): Value {
  return layer.bottom(layer.type === 'DetectionPoseOutput' ? 3 : 2);
}

/** Without a threshold they take every score; the others read one of 0. */
const TAKES_ALL: ReadonlySet<string> = new Set(['cambricon', 'intel', 'nvcaffe', 'ssd']);

export interface Sizes {
  readonly batch: number;
  readonly priors: number;
  readonly classes: number;
  /** The classes that are detected: all but the background. */
  readonly labels: readonly number[];
}

export const LEAST = Number.NEGATIVE_INFINITY;

export function sizesOf(layer: Layer): Sizes {
  const classes = layer.number(`${holderOf(layer)}.num_classes`, 0);
  const background = layer.number(`${holderOf(layer)}.background_label_id`, 0);
  const priors = layer.size(priorsOf(layer), 2) / 4;
  const labels = Array.from({ length: classes }, (_, k) => k).filter((label) => label !== background);
  if (labels.length === 0) layer.invalid('it has no classes');
  return { batch: layer.size(layer.bottom(), 0), priors, classes, labels };
}

/** Offsets and boxes as pairs [x, y]. */
type Pair = readonly [Value, Value];

export function halves(x: Value, onnx: OnnxBuilder): Pair {
  const [first, second] = onnx.many('Split', [x, onnx.ints([2, 2])], { axis: -1 }, 2);
  if (!first || !second) throw new Error('a Split of two parts has two outputs');
  return [first, second];
}

/** The boxes that offsets from the priors stand for: [batch, priors, locations, 4]. */
function decoded(
  layer: Layer,
  { batch, priors }: Sizes,
  locations: number,
  instead: Instead,
  onnx: OnnxBuilder,
): Value {
  const { code = codeOf(layer) } = instead;
  const rows = onnx.reshape(instead.priors ?? priorsOf(layer), [-1, priors, 1, 4]);
  const row = (k: number) => onnx.Gather(rows, onnx.constant(BigInt(k)), { axis: 0 });
  const prior = row(0);
  const given = onnx.reshape(layer.bottom(), [batch, priors, locations, 4]);
  const offsets = layer.flag(`${holderOf(layer)}.variance_encoded_in_target`) ? given : onnx.Mul(row(1), given);
  if (code === 'CORNER') return onnx.Add(prior, offsets);
  const [low, high] = halves(prior, onnx);
  const between = onnx.Sub(high, low);
  const size = isOfPixels(layer) ? onnx.Add(between, onnx.constant(1, 'float32')) : between;
  if (code === 'CORNER_SIZE') return onnx.Add(prior, onnx.Mul(offsets, onnx.Concat(size, size, { axis: -1 })));
  if (code !== 'CENTER_SIZE') layer.refuse(`the code type ${code}`, 'it is not known what it does');
  return around(low, size, offsets, onnx);
}

/** Boxes around middles that are moved, with sides that grow by powers of e. */
function around(low: Value, size: Value, offsets: Value, onnx: OnnxBuilder): Value {
  const half = onnx.constant(0.5);
  const [move, grow] = halves(offsets, onnx);
  const centre = onnx.Add(onnx.Mul(move, size), onnx.Add(low, onnx.Mul(size, half)));
  const reach = onnx.Mul(onnx.Mul(onnx.Exp(grow), size), half);
  return onnx.Concat(onnx.Sub(centre, reach), onnx.Add(centre, reach), { axis: -1 });
}

/** Boxes moved by offsets from their middles: [..., 4]. */
export function moved(boxes: Value, offsets: Value, onnx: OnnxBuilder): Value {
  const [low, high] = halves(boxes, onnx);
  return around(low, onnx.Sub(high, low), offsets, onnx);
}

/** What takes the place of what the layer itself says. */
interface Instead {
  readonly code?: string;
  /** How many candidates of each class. */
  readonly count?: number;
  /** Scores as [batch, priors, classes]. */
  readonly scores?: Value;
  /** Boxes and variances as [rows, 2, priors, 4]. */
  readonly priors?: Value;
}

/** How offsets are meant. */
function codeOf(layer: Layer): string {
  return layer.text(`${holderOf(layer)}.code_type`, 'CORNER');
}

function isOfPixels(layer: Layer): boolean {
  return !layer.flag(`${holderOf(layer)}.normalized_bbox`, true);
}

/** Candidates of each class, the best first: boxes [batch, classes x candidates, 4] and scores [batch, classes x candidates]. */
export function candidates(layer: Layer, sizes: Sizes, onnx: OnnxBuilder, instead: Instead = {}) {
  const { batch, priors, classes, labels } = sizes;
  const shared = layer.flag(`${holderOf(layer)}.share_location`, true);
  const boxes = decoded(layer, sizes, shared ? 1 : classes, instead, onnx);
  const only = (x: Value, axis: number) =>
    labels.length === classes ? x : onnx.Gather(x, onnx.ints(labels), { axis });
  const all = instead.scores ?? onnx.reshape(layer.bottom(1), [batch, priors, classes]);
  const conf = onnx.transpose(only(all, 2), [0, 2, 1]);
  const count = Math.min(instead.count ?? candidatesOf(layer), priors);
  if (count === 0) layer.invalid('it keeps no candidates (top_k: 0)');
  const [scores, places] = onnx.many('TopK', [conf, onnx.ints([count])], { axis: -1 }, 2);
  if (!scores || !places) throw new Error('TopK has two outputs');
  const best = shared
    ? onnx.GatherND(onnx.squeeze(boxes, [2]), onnx.reshape(places, [batch, labels.length * count, 1]), {
        batch_dims: 1,
      })
    : onnx.GatherND(onnx.transpose(only(boxes, 2), [0, 2, 1, 3]), onnx.unsqueeze(places, [-1]), { batch_dims: 2 });
  return { scores, boxes: best, count, places };
}

/** -1 takes all of them, and so does 0, but for SSD and what grew out of it. */
function candidatesOf(layer: Layer): number {
  const given = layer.number(`${holderOf(layer)}.nms_param.top_k`, -1);
  return given < 0 || (given === 0 && !TAKES_ALL.has(layer.backend.base)) ? Number.POSITIVE_INFINITY : given;
}

export function thresholdOf(layer: Layer): number | undefined {
  return layer.number(`${holderOf(layer)}.confidence_threshold`) ?? (TAKES_ALL.has(layer.backend.base) ? undefined : 0);
}

function detectionOutput(layer: Layer, onnx: OnnxBuilder): Value {
  const sizes = sizesOf(layer);
  const { batch, labels } = sizes;
  const { scores, boxes, count } = candidates(layer, sizes, onnx);
  const [rows, all] = [batch * labels.length, labels.length * count];
  const opencv = layer.backend.base === 'opencv';
  const eta = layer.number(`${holderOf(layer)}.nms_param.eta`, 1);
  const own = onnx.reshape(boxes, [rows, count, 4]);
  const isCentred = codeOf(layer) === 'CENTER_SIZE';
  const kept = staying(
    {
      boxes: isCentred ? own : withoutInverted(own, onnx),
      scores,
      rows,
      count,
    },
    {
      threshold: layer.number(`${holderOf(layer)}.nms_param.nms_threshold`, 0.3),
      least: thresholdOf(layer),
      // OpenCV does not read it.
      eta: opencv ? 1 : eta,
      pixels: isOfPixels(layer),
      near: false,
    },
    onnx,
  );
  const flat = { scores: onnx.reshape(scores, [batch, all]), boxes: onnx.reshape(boxes, [batch, all, 4]) };
  const most = layer.number(`${holderOf(layer)}.keep_top_k`, -1);
  if (most === 0) layer.invalid('it keeps nothing (keep_top_k: 0)');
  if (opencv && most < 0) layer.invalid('OpenCV wants to know how many it keeps (keep_top_k)');
  const mask = onnx.reshape(kept, [batch, all]);
  const best = () => bestOf(mask, flat.scores, most < 0 ? all : Math.min(most, all), onnx);
  const places = opencv
    ? byScore(best(), onnx)
    : byPlace(most >= 0 && most < all ? marked(best(), mask, onnx) : mask, onnx);
  const table = tableOf(places, flat, labels, count, onnx);
  const found = opencv ? filled(table, batch * most, onnx) : orNothing(table, batch, onnx);
  return onnx.unsqueeze(found, [0, 1]);
}

/** Corners that are the wrong way round hide nothing and are not hidden; ONNX would turn them. */
function withoutInverted(boxes: Value, onnx: OnnxBuilder): Value {
  const [low, high] = halves(boxes, onnx);
  const zero = onnx.constant(0, 'float32');
  const inverted = onnx.Less(onnx.ReduceMin(onnx.Sub(high, low), onnx.ints([-1]), { keepdims: 1 }), zero);
  return onnx.Where(inverted, zero, boxes);
}

/** The best of an image among those that stay: scores, where they are real, and places; the first of equals first. */
export function bestOf(mask: Value, scores: Value, most: number, onnx: OnnxBuilder): { real: Value; places: Value } {
  const only = onnx.Where(mask, scores, onnx.constant(LEAST, 'float32'));
  const [values, places] = onnx.many('TopK', [only, onnx.ints([most])], { axis: -1 }, 2);
  if (!values || !places) throw new Error('TopK has two outputs');
  return { real: onnx.Greater(values, onnx.constant(LEAST, 'float32')), places };
}

/** Truth values where the best stand. */
export function marked({ real, places }: { real: Value; places: Value }, mask: Value, onnx: OnnxBuilder): Value {
  const none = onnx.Expand(onnx.constant(false), onnx.sizes(mask.shape ?? []));
  return onnx.ScatterElements(none, places, real, { axis: 1 });
}

/** [found, 2]: image and place, in order of both. */
export function byPlace(mask: Value, onnx: OnnxBuilder): Value {
  return onnx.transpose(onnx.NonZero(mask), [1, 0]);
}

/** [found, 2]: image and place; of one image the best first. */
export function byScore({ real, places }: { real: Value; places: Value }, onnx: OnnxBuilder): Value {
  const ranks = byPlace(real, onnx);
  const image = onnx.Gather(ranks, onnx.ints([0]), { axis: 1 });
  return onnx.Concat(image, onnx.unsqueeze(onnx.GatherND(places, ranks), [1]), { axis: 1 });
}

/** Rows of image, label, score, xmin, ymin, xmax, ymax. */
export function tableOf(
  places: Value,
  { scores, boxes }: { scores: Value; boxes: Value },
  labels: readonly number[],
  count: number,
  onnx: OnnxBuilder,
): Value {
  const column = (k: number) => onnx.Gather(places, onnx.ints([k]), { axis: 1 });
  const kind = onnx.Div(column(1), onnx.constant(BigInt(count)));
  const label = onnx.Gather(onnx.constant(Tensor.of('float32', [labels.length], labels)), kind);
  const score = onnx.unsqueeze(onnx.GatherND(scores, places), [1]);
  return onnx.Concat(onnx.cast(column(0), 'float32'), label, score, onnx.GatherND(boxes, places), { axis: 1 });
}

/** Where no image has anything, a row for each: its number, then -1 everywhere. */
function orNothing(table: Value, batch: number, onnx: OnnxBuilder): Value {
  const nothing = Array.from({ length: batch }, (_, image) => [image, -1, -1, -1, -1, -1, -1]).flat();
  const found = onnx.Slice(onnx.shapeOf(table), onnx.ints([0]), onnx.ints([1]));
  const missing = onnx.Where(onnx.Equal(found, onnx.ints([0])), onnx.ints([batch]), onnx.ints([0]));
  const rows = onnx.Slice(
    onnx.constant(Tensor.of('float32', [batch, 7], nothing)),
    onnx.ints([0]),
    missing,
    onnx.ints([0]),
  );
  return onnx.Concat(table, rows, { axis: 0 });
}

/** So many rows, zeros behind those that are there. */
function filled(table: Value, count: number, onnx: OnnxBuilder): Value {
  const zeros = onnx.Expand(onnx.constant(0, 'float32'), onnx.ints([count, 7]));
  return onnx.Slice(onnx.Concat(table, zeros, { axis: 0 }), onnx.ints([0]), onnx.ints([count]), onnx.ints([0]));
}

export const detection: LayerRules = { DetectionOutput: detectionOutput };
