/**
 * Where a region proposal network looks: rbgirshick/py-faster-rcnn, lib/rpn/proposal_layer.py and generate_anchors.py; opencv
 * 4.x, modules/dnn/src/layers/proposal_layer.cpp; opencv/dldt, ngraph reference proposal.hpp; the setting `ratios`:
 * sanghoon/pva-faster-rcnn, lib/rpn/proposal_layer.py. SimplerNMS: intel/caffe at 38e4038,
 * src/caffe/layers/simpler_nms_layer.cpp; opencv/dldt, inference-engine/src/extension/ext_simplernms.cpp.
 */
import { type Blob, blobOf, bottom, type Layer, type LayerCall, number, numbers, refusal } from './blob.ts';
import { area, type Box, byScore, type Candidate, overlap, suppressed } from './suppression.ts';

/** How one framework goes about it. */
interface Proposing {
  readonly stride: number;
  readonly base: number;
  readonly ratios: readonly number[];
  /** Whether halves are rounded to even numbers, as numpy rounds them. */
  readonly toEven?: true;
  readonly scales: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly threshold: number;
  /** Boxes whose width or height is less, in pixels of the unscaled image, are left out, or come last with a score of 0. */
  readonly least: number;
  readonly small: 'removed' | 'worthless';
  /** Takes scores above 0 alone. */
  readonly positive: boolean;
  /** What fills up the rows where fewer boxes are left. */
  readonly rest: 'nothing' | 'zeros' | 'an end mark';
  /** Of equal scores the last comes first. */
  readonly lastFirst?: true;
  /** Of the numbers about the image, what is behind the point does not count. */
  readonly whole?: true;
  overlap(a: Box, b: Box): number;
}

const f = Math.fround;

function proposals(call: LayerCall, rule: Proposing, order: readonly [number, number] = [0, 1]): readonly Blob[] {
  const [scores, deltas] = [bottom(call, order[0]), bottom(call, order[1])];
  const anchors = anchorsOf(rule);
  const [batch = 1, , height = 1, width = 1] = scores.shape;
  const info = rule.whole ? bottom(call, 2).data.map(Math.trunc) : bottom(call, 2).data;
  const per = info.length / batch >= 3 ? Math.floor(info.length / batch) : info.length;
  const rows: number[][] = [];
  const values: number[] = [];
  for (let image = 0; image < batch; image++) {
    const [rowsOfImage = 0, columns = 0, scale = 1] = info.subarray(per === info.length ? 0 : image * per);
    const candidates: Candidate[] = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (const [k, anchor] of anchors.entries()) {
          const plane = (image * 2 + 1) * anchors.length + k;
          const score = scores.data[(plane * height + y) * width + x] ?? 0;
          const box = moved(deltas, anchor, { image, k, x, y, anchors: anchors.length }, rule.stride);
          candidates.push({ score, box: clipped(box, columns - 1, rowsOfImage - 1) });
        }
      }
    }
    const worth = worthwhile(candidates, rule, scale);
    const best = byScore(rule.lastFirst ? worth.toReversed() : worth).slice(0, rule.before);
    const kept = suppressed(best, { ...rule, eta: 1 }).slice(0, rule.after);
    for (const { box, score } of kept) {
      rows.push([image, ...box]);
      values.push(score);
    }
    if (rule.rest === 'nothing') continue;
    for (let row = kept.length; row < rule.after; row++) {
      rows.push([row === kept.length && rule.rest === 'an end mark' ? -1 : 0, 0, 0, 0, 0]);
      values.push(0);
    }
  }
  return [
    blobOf([rows.length, 5], Float32Array.from(rows.flat())),
    blobOf([values.length, 1], Float32Array.from(values)),
  ].slice(0, call.tops);
}

function worthwhile(candidates: readonly Candidate[], rule: Proposing, scale: number): readonly Candidate[] {
  const least = f(rule.least * scale);
  const large = ({ box }: Candidate) => f(f(box[2] - box[0]) + 1) >= least && f(f(box[3] - box[1]) + 1) >= least;
  const all =
    rule.small === 'removed'
      ? candidates.filter(large)
      : candidates.map((each) => (large(each) ? each : { ...each, score: 0 }));
  return rule.positive ? all.filter(({ score }) => score > 0) : all;
}

/** Around the first cell: for each ratio of height to width, boxes of the area of `base` squared times each scale. */
export function anchorsOf(rule: Pick<Proposing, 'base' | 'ratios' | 'scales' | 'toEven'>): readonly Box[] {
  const { base, ratios, scales } = rule;
  const centre = (base - 1) / 2;
  const round = rule.toEven ? roundedToEven : Math.round;
  return ratios.flatMap((ratio) => {
    const width = round(f(Math.sqrt((base * base) / ratio)));
    const height = round(width * ratio);
    return scales.map((scale): Box => {
      const [x, y] = [(width * scale - 1) / 2, (height * scale - 1) / 2];
      return [f(centre - x), f(centre - y), f(centre + x), f(centre + y)];
    });
  });
}

function roundedToEven(number: number): number {
  const low = Math.floor(number);
  return number - low === 0.5 ? low + (low % 2) : Math.round(number);
}

interface Cell {
  readonly image: number;
  readonly k: number;
  readonly x: number;
  readonly y: number;
  readonly anchors: number;
}

/** An anchor at its cell, moved and scaled as the network says. */
function moved({ shape, data }: Blob, anchor: Box, { image, k, x, y, anchors }: Cell, stride: number): Box {
  const [, , height = 1, width = 1] = shape;
  const delta = (part: number) => data[(((image * anchors + k) * 4 + part) * height + y) * width + x] ?? 0;
  const [left, top] = [f(anchor[0] + x * stride), f(anchor[1] + y * stride)];
  const wide = f(f(f(anchor[2] + x * stride) - left) + 1);
  const high = f(f(f(anchor[3] + y * stride) - top) + 1);
  const centreX = f(f(delta(0) * wide) + f(left + f(0.5 * wide)));
  const centreY = f(f(delta(1) * high) + f(top + f(0.5 * high)));
  const [halfX, halfY] = [f(0.5 * f(f(Math.exp(delta(2))) * wide)), f(0.5 * f(f(Math.exp(delta(3))) * high))];
  return [f(centreX - halfX), f(centreY - halfY), f(centreX + halfX), f(centreY + halfY)];
}

function clipped([xmin, ymin, xmax, ymax]: Box, right: number, down: number): Box {
  const within = (value: number, most: number) => Math.max(Math.min(value, most), 0);
  return [within(xmin, right), within(ymin, down), within(xmax, right), within(ymax, down)];
}

/** Pixels count their own width, so boxes less than a pixel apart have something in common. */
function overlapOfPixels(a: Box, b: Box): number {
  const wide = f(f(Math.min(a[2], b[2]) - Math.max(a[0], b[0])) + 1);
  const high = f(f(Math.min(a[3], b[3]) - Math.max(a[1], b[1])) + 1);
  const shared = f(Math.max(0, wide) * Math.max(0, high));
  return f(shared / f(f(area(a, 1) + area(b, 1)) - shared));
}

const proposal: Layer = (call) => {
  const { node, means } = call;
  if (!means.proposal) throw refusal(call, 'it is not known what its framework does');
  const value = (name: string, otherwise: number) => number(node, `proposal_param.${name}`, otherwise);
  return proposals(call, {
    stride: value('feat_stride', 16),
    base: value('base_size', 16),
    ratios: numbers(node, 'proposal_param.ratio'),
    scales: numbers(node, 'proposal_param.scale'),
    before: value('pre_nms_topn', 6000),
    after: value('post_nms_topn', 300),
    threshold: value('nms_thresh', 0.7),
    overlap: (a, b) => overlap(a, b, 1),
    // OpenCV reads min_size and does nothing with it.
    ...(means.proposal === 'zeros behind'
      ? { least: 0, small: 'removed', positive: true, rest: 'zeros' }
      : { least: value('min_size', 16), small: 'worthless', positive: false, rest: 'an end mark' }),
  });
};

/** py-faster-rcnn has its proposals in Python; what its configuration says of a test is the default here. */
const python: Layer = (call) => {
  const { node } = call;
  if (node.string('python_param.layer') !== 'ProposalLayer') {
    throw refusal(call, 'it is written in Python');
  }
  const given = settings(node.string('python_param.param_str', ''));
  const value = (name: string, otherwise: number) => given.get(name)?.[0] ?? otherwise;
  return proposals(call, {
    stride: value('feat_stride', 16),
    base: 16,
    ratios: given.get('ratios') ?? [0.5, 1, 2],
    scales: given.get('scales') ?? [8, 16, 32],
    toEven: true,
    before: 6000,
    after: 300,
    threshold: 0.7,
    least: 16,
    small: 'removed',
    positive: false,
    rest: 'nothing',
    overlap: overlapOfPixels,
  });
};

/** Numbers and lists of numbers of YAML, as `'feat_stride': 16`. */
function settings(text: string): ReadonlyMap<string, readonly number[]> {
  const rows = text.matchAll(/['"]?(\w+)['"]?\s*:\s*(?:!!python\/tuple\s*)?\[?\s*(-?[\d.][\d.,\s-]*)/g);
  return new Map(
    [...rows].map(([, name = '', list = '']) => [
      name,
      list
        .split(/[,\s]+/)
        .filter(Boolean)
        .map(Number),
    ]),
  );
}

const simplerNms: Layer = (call) => {
  const value = (name: string, otherwise: number) => number(call.node, `simpler_nms_param.${name}`, otherwise);
  const { means } = call;
  if (!means.simplerNms) throw refusal(call, 'it is not known what its framework does');
  if (value('feat_stride', 16) !== 16) throw refusal(call, 'it takes a feat_stride of 16 alone');
  const channels = (index: number) => bottom(call, index).shape[1] ?? 0;
  const filled = means.simplerNms === 'as many rows as it may have';
  const rule: Proposing = {
    stride: 16,
    base: 16,
    ratios: [0.5, 1, 2],
    scales: numbers(call.node, 'simpler_nms_param.scale'),
    before: value('pre_nms_topn', 6000),
    after: value('post_nms_topn', 300),
    threshold: value('iou_threshold', 0.7),
    least: value('min_bbox_size', 16),
    small: 'removed',
    positive: true,
    rest: filled ? 'zeros' : 'nothing',
    lastFirst: true,
    whole: true,
    overlap: overlapOfPixels,
  };
  if (filled && rule.scales.length !== 3) throw refusal(call, 'it takes three scales alone');
  return proposals(call, rule, filled && channels(0) > channels(1) ? [1, 0] : [0, 1]);
};

export const proposalLayers: Readonly<Record<string, Layer>> = {
  Proposal: proposal,
  Python: python,
  SimplerNMS: simplerNms,
};
