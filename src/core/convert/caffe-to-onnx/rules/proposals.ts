/**
 * Where a region proposal network looks: rbgirshick/py-faster-rcnn, lib/rpn/proposal_layer.py and generate_anchors.py; opencv
 * 4.x, modules/dnn/src/layers/proposal_layer.cpp; opencv/dldt, ngraph reference proposal.hpp; sanghoon/pva-faster-rcnn,
 * lib/rpn/proposal_layer.py, for the setting `ratios`. SimplerNMS: intel/caffe at 38e4038, src/caffe/layers/simpler_nms_layer.cpp,
 * include/caffe/layers/fast_rcnn_layers.hpp and src/caffe/util/gen_anchors.cpp; opencv/dldt, inference-engine/src/extension/
 * ext_simplernms.cpp and model-optimizer/extensions/ops/simplernms.py.
 */
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type AnchorRule, anchorsOf, type Box, shifted } from '../anchors.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules, Tops } from '../rule.ts';
import { type SuppressionRule, staying } from '../suppression.ts';
import { reversed } from './shape.ts';

interface Network extends AnchorRule {
  readonly stride: number;
  /** The most boxes before and after those go that others hide. */
  readonly before: number;
  readonly after: number;
  readonly threshold: number;
  readonly leastSize: number;
}

/** What frameworks do otherwise. */
interface Manner {
  /** Boxes that are too small: they go, or have a score of 0, or there are none. */
  readonly small: 'gone' | 'worthless' | 'none';
  /** Whether only scores above 0 count. */
  readonly positive: boolean;
  /** Whether boxes less than a pixel apart have something in common. */
  readonly near: boolean;
  /** The first number of the first row behind the boxes; undefined where there are no such rows. */
  readonly end?: number;
  /** Of equal scores the last comes first. */
  readonly lastFirst?: true;
  /** How few numbers about the image are enough, where more of them are not read; else there are three. */
  readonly aboutImage?: number;
  /** Of the numbers about the image, what is behind the point does not count. */
  readonly whole?: true;
}

/** What the network says of all cells, where its bottoms do not stand in the usual order. */
interface Bottoms {
  readonly scores: Value;
  readonly deltas: Value;
}

const BY_FRAMEWORK: Readonly<Record<string, Manner>> = {
  opencv: { small: 'none', positive: true, near: false, end: 0, aboutImage: 2 },
  openvino: { small: 'worthless', positive: false, near: false, end: -1 },
};
/** PVANET gives the scale along each axis, twice: its code reads the first. */
const PYTHON: Manner = { small: 'gone', positive: false, near: true, aboutImage: 3 };

/** Boxes and scores of all cells, row by row, cell by cell, anchor by anchor: [count, 4] and [count]. */
function candidates(layer: Layer, network: Network, { scores, deltas }: Bottoms, about: Value, onnx: OnnxBuilder) {
  const [batch = 0, channels = 0, height = 0, width = 0] = layer.sizes(scores);
  if (batch !== 1) layer.refuse(`${batch} images`, 'it proposes for one image at a time');
  const anchors = anchorsOf(network);
  if (channels !== 2 * anchors.length) layer.invalid(`it has ${channels} scores for ${anchors.length} anchors`);
  const count = height * width * anchors.length;
  const fore = onnx.Slice(scores, onnx.ints([anchors.length]), onnx.ints([channels]), onnx.ints([1]));
  const rows = (x: Value, shape: readonly number[]) => onnx.reshape(onnx.transpose(x, [0, 2, 3, 1]), shape);
  const boxes = shifted(anchors, network.stride, height, width);
  const part = (numbers: (box: Box) => readonly number[]) =>
    layer.made('anchors', [count, 2], () => Float32Array.from(boxes().flatMap(numbers)));
  const size = part(([xmin, ymin, xmax, ymax]) => [xmax - xmin + 1, ymax - ymin + 1]);
  const centre = part(([xmin, ymin, xmax, ymax]) => [xmin + (xmax - xmin + 1) / 2, ymin + (ymax - ymin + 1) / 2]);
  const [move, grow] = onnx.many('Split', [rows(deltas, [count, 4]), onnx.ints([2, 2])], { axis: 1 }, 2);
  if (!move || !grow) throw new Error('a Split of two parts has two outputs');
  const middle = onnx.Add(onnx.Mul(move, size), centre);
  const reach = onnx.Mul(onnx.Mul(onnx.Exp(grow), size), onnx.constant(0.5));
  const all = onnx.Concat(onnx.Sub(middle, reach), onnx.Add(middle, reach), { axis: 1 });
  return { boxes: clipped(all, about, onnx), scores: rows(fore, [count]), count };
}

/** From the first to the last pixel of the image, whose height and width are said. */
function clipped(boxes: Value, about: Value, onnx: OnnxBuilder): Value {
  const most = onnx.Sub(onnx.Gather(about, onnx.ints([1, 0, 1, 0])), onnx.constant(1, 'float32'));
  return onnx.Max(onnx.Min(boxes, most), onnx.constant(0, 'float32'));
}

/** Height, width and scale of the image, which the third bottom says. */
function info(layer: Layer, { whole, aboutImage }: Manner, onnx: OnnxBuilder): Value {
  const count = layer.sizes(layer.bottom(2)).reduce((a, b) => a * b, 1);
  const wanted = aboutImage === undefined ? count === 3 : count >= aboutImage;
  if (!wanted) layer.refuse(`${count} numbers about the image`, 'it is not known what they mean');
  const all = onnx.reshape(layer.bottom(2), [count]);
  return whole ? onnx.cast(onnx.cast(all, 'int32'), 'float32') : all;
}

/** The usual order: scores, then offsets. */
function inOrder(layer: Layer): Bottoms {
  return { scores: layer.bottom(), deltas: layer.bottom(1) };
}

function proposed(layer: Layer, network: Network, manner: Manner, from: Bottoms, onnx: OnnxBuilder): Tops {
  const about = info(layer, manner, onnx);
  const { boxes, scores, count } = candidates(layer, network, from, about, onnx);
  const worth =
    manner.small === 'none' ? scores : onnx.Where(large(boxes, about, network, onnx), scores, worthless(manner, onnx));
  const most = Math.min(network.before, count);
  const ordered = (x: Value) => (manner.lastFirst ? reversed(x, [0], onnx) : x);
  const [best, places] = onnx.many('TopK', [ordered(worth), onnx.ints([most])], { axis: 0 }, 2);
  if (!best || !places) throw new Error('TopK has two outputs');
  const all = onnx.Gather(ordered(boxes), places, { axis: 0 });
  const rule: SuppressionRule = {
    threshold: network.threshold,
    eta: 1,
    pixels: true,
    near: manner.near,
    // Boxes that are gone have a score of less than anything.
    ...(manner.small === 'gone' && { least: -3.4028234663852886e38 }),
    ...(manner.positive && { least: 0 }),
    most: network.after,
  };
  const kept = staying({ boxes: onnx.unsqueeze(all, [0]), scores: best, rows: 1, count: most }, rule, onnx);
  const found = onnx.squeeze(onnx.NonZero(onnx.squeeze(kept, [0])), [0]);
  const first = onnx.Slice(found, onnx.ints([0]), onnx.ints([network.after]), onnx.ints([0]));
  const rows = onnx.Gather(all, first, { axis: 0 });
  const values = () => onnx.unsqueeze(onnx.Gather(best, first), [1]);
  // Each box behind the number of its image.
  const numbered = onnx.Pad(rows, onnx.ints([0, 1, 0, 0]));
  const { end } = manner;
  const both = layer.tops > 1;
  if (end === undefined) return both ? [numbered, values()] : numbered;
  const behind = Array.from({ length: network.after * 5 }, (_, k) => (k === 0 ? end : 0));
  const rois = filled(numbered, 5, behind, network, onnx);
  return both
    ? [
        rois,
        filled(
          values(),
          1,
          behind.map(() => 0),
          network,
          onnx,
        ),
      ]
    : rois;
}

/** `after` rows: those that are there, then those that fill up. */
function filled(rows: Value, width: number, behind: readonly number[], { after }: Network, onnx: OnnxBuilder): Value {
  const rest = onnx.constant(Tensor.of('float32', [after, width], behind.slice(0, after * width)));
  return onnx.Slice(onnx.Concat(rows, rest, { axis: 0 }), onnx.ints([0]), onnx.ints([after]), onnx.ints([0]));
}

function worthless({ small }: Manner, onnx: OnnxBuilder): Value {
  return onnx.constant(small === 'gone' ? Number.NEGATIVE_INFINITY : 0, 'float32');
}

/** Whether a box is neither narrower nor lower than the least size, in pixels of the picture before it was scaled. */
function large(boxes: Value, about: Value, { leastSize }: Network, onnx: OnnxBuilder): Value {
  const [low, high] = onnx.many('Split', [boxes, onnx.ints([2, 2])], { axis: 1 }, 2);
  if (!low || !high) throw new Error('a Split of two parts has two outputs');
  const sides = onnx.Add(onnx.Sub(high, low), onnx.constant(1, 'float32'));
  const scale = onnx.Gather(about, onnx.constant(2n));
  const least = onnx.Mul(scale, onnx.constant(leastSize, 'float32'));
  return onnx.GreaterOrEqual(onnx.ReduceMin(sides, onnx.ints([1]), { keepdims: 0 }), least);
}

export const proposals: LayerRules = {
  Proposal(layer, onnx) {
    const manner =
      BY_FRAMEWORK[layer.backend.base] ??
      layer.refuse('proposals', `it is not known what ${layer.backend.title} proposes`);
    const value = (name: string) => layer.number(`proposal_param.${name}`, 0);
    const network = {
      stride: value('feat_stride'),
      base: value('base_size'),
      ratios: layer.numbers('proposal_param.ratio'),
      scales: layer.numbers('proposal_param.scale'),
      before: value('pre_nms_topn'),
      after: value('post_nms_topn'),
      threshold: value('nms_thresh'),
      leastSize: value('min_size'),
    };
    return proposed(layer, network, manner, inOrder(layer), onnx);
  },

  /** Intel's, whose ratios and base are fixed. */
  SimplerNMS(layer, onnx) {
    const { base, title } = layer.backend;
    if (base !== 'intel' && base !== 'openvino') layer.refuse('proposals', `it is not known what ${title} proposes`);
    const value = (name: string) => layer.number(`simpler_nms_param.${name}`, 0);
    const network = {
      stride: value('feat_stride'),
      base: 16,
      ratios: [0.5, 1, 2],
      scales: layer.numbers('simpler_nms_param.scale'),
      before: value('pre_nms_topn'),
      after: value('post_nms_topn'),
      threshold: value('iou_threshold'),
      leastSize: value('min_bbox_size'),
    };
    if (network.stride !== 16) layer.invalid(`its feat_stride is ${network.stride}, and it takes 16 alone`);
    if (network.before === 0 || network.after === 0) layer.invalid('no boxes are wanted');
    if (network.threshold < 0) layer.invalid('no two boxes would stay (iou_threshold)');
    const manner = { small: 'gone', positive: true, near: true, lastFirst: true, whole: true, aboutImage: 3 } as const;
    if (base === 'intel') {
      if (network.scales.length === 0) layer.invalid('it does not say scale');
      const room = value('max_num_proposals');
      if (network.after > room)
        layer.refuse('post_nms_topn', `it writes ${network.after} rows where it has room for ${room}`);
      return proposed(layer, network, manner, inOrder(layer), onnx);
    }
    if (network.scales.length !== 3) layer.invalid(`it has ${network.scales.length} scales, and takes 3 alone`);
    const [first, second] = [layer.bottom(), layer.bottom(1)];
    // Whichever bottom has fewer channels is the scores.
    const from =
      layer.size(first, 1) > layer.size(second, 1)
        ? { scores: second, deltas: first }
        : { scores: first, deltas: second };
    // As many rows as it may have; those that it does not write are whatever its memory holds: 0 here.
    return proposed(layer, network, { ...manner, end: 0 }, from, onnx);
  },

  /** The proposals of py-faster-rcnn, with what its configuration says of a test. */
  Python(layer, onnx) {
    const name = `${layer.text('python_param.module', '')}.${layer.text('python_param.layer', '')}`;
    if (!name.endsWith('.ProposalLayer')) layer.refuse(`Python code (${name})`, 'it is in no file of the model');
    const given = settings(layer.text('python_param.param_str', ''));
    const network = {
      stride: given.get('feat_stride')?.[0] ?? layer.invalid('it does not say feat_stride'),
      base: 16,
      ratios: given.get('ratios') ?? [0.5, 1, 2],
      scales: given.get('scales') ?? [8, 16, 32],
      toEven: true as const,
      before: 6000,
      after: 300,
      threshold: 0.7,
      leastSize: 16,
    };
    const further = [...given.keys()].find((key) => !['feat_stride', 'ratios', 'scales'].includes(key));
    if (further !== undefined) layer.refuse(`the setting ${further}`, 'py-faster-rcnn has no such setting');
    return proposed(layer, network, PYTHON, inOrder(layer), onnx);
  },
};

/** Numbers and lists of numbers under their names, in YAML: `'feat_stride': 16`. */
function settings(text: string): ReadonlyMap<string, readonly number[]> {
  const rows = text.matchAll(/['"]?(\w+)['"]?\s*:\s*(?:!!python\/tuple\s*)?\[?\s*(-?[\d.][\d.,\s-]*)/g);
  return new Map(
    [...rows].map(([, key = '', list = '']) => [
      key,
      list
        .split(/[,\s]+/)
        .filter(Boolean)
        .map(Number),
    ]),
  );
}
