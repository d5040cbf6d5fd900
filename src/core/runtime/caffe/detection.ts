/**
 * What a single-shot detector found: weiliu89/caffe, branch ssd, src/caffe/layers/detection_output_layer.cpp; opencv 4.x,
 * modules/dnn/src/layers/detection_output_layer.cpp; Tencent/ncnn, src/layer/detectionoutput.cpp; alibaba/MNN,
 * source/backend/cpu/CPUDetectionOutput.cpp; OAID/Tengine, source/device/cpu/op/detection_output/detection_output_ref.c.
 */
import { type Blob, blobOf, bottom, flag, isGiven, type Layer, type LayerCall, number, refusal } from './blob.ts';
import { area, type Box, byScore, type Candidate, overlap, suppressed } from './suppression.ts';

/** Poses have a message of their own, and stand before the default boxes. */
const hasPoses = ({ node }: Pick<LayerCall, 'node'>) => node.op === 'DetectionPoseOutput';
const holderOf = (call: Pick<LayerCall, 'node'>) =>
  hasPoses(call) ? 'detection_pose_output_param' : 'detection_output_param';
const priorsOf = (call: LayerCall) => bottom(call, hasPoses(call) ? 3 : 2);

interface Found extends Candidate {
  readonly label: number;
}

/** What the layer's own parameters say. */
function parametersOf(call: LayerCall) {
  const { node, means } = call;
  const holder = holderOf(call);
  const { takesAll, eta, plain } = means.detectionOutput;
  const classes = number(node, `${holder}.num_classes`, 0);
  const shared = plain !== undefined || flag(node, `${holder}.share_location`, true);
  return {
    classes,
    locations: shared ? 1 : classes,
    background: plain ? 0 : number(node, `${holder}.background_label_id`, 0),
    threshold: number(node, `${holder}.confidence_threshold`, takesAll ? -3.4028234663852886e38 : 0),
    candidates: plain?.candidates === 'all' ? Number.POSITIVE_INFINITY : topOf(topSaid(call), takesAll),
    kept: number(node, `${holder}.keep_top_k`, -1),
    edge: flag(node, `${holder}.normalized_bbox`, true) ? (0 as const) : (1 as const),
    rule: {
      threshold: number(node, `${holder}.nms_param.nms_threshold`, 0.3),
      eta: eta ? number(node, `${holder}.nms_param.eta`, 1) : 1,
    },
  };
}

/** Tengine looks at 100 where nothing is said. */
function topSaid({ node, means }: LayerCall): number {
  const path = `${holderOf({ node })}.nms_param.top_k`;
  const otherwise = means.detectionOutput.plain?.candidates === 'as said, or 100' ? 100 : -1;
  return isGiven(node, path) ? number(node, path, otherwise) : otherwise;
}

/** -1 stands for all; so does 0, but for SSD. */
function topOf(given: number, takesNone: boolean): number {
  return given < 0 || (given === 0 && !takesNone) ? Number.POSITIVE_INFINITY : given;
}

const detectionOutput: Layer = (call) => {
  const parameters = parametersOf(call);
  const { classes, background, rule, edge } = parameters;
  const [batch = 1] = bottom(call).shape;
  const scores = scoresOf(call);
  const priors = priorsOf(call).data.length / (usesVariance(call) ? 8 : 4);
  const sorted = call.means.detectionOutput.rows === 'by score';
  const rows: number[][] = [];
  for (let image = 0; image < batch; image++) {
    let found: Found[] = [];
    for (let label = 0; label < classes; label++) {
      if (label === background) continue;
      const candidates: Found[] = [];
      for (let prior = 0; prior < priors; prior++) {
        const score = scores[(image * priors + prior) * classes + label] ?? 0;
        if (score > Math.fround(parameters.threshold)) {
          candidates.push({ label, score, box: decoded(call, parameters.locations, image, prior, label) });
        }
      }
      const best = byScore(candidates).slice(0, parameters.candidates);
      found.push(...suppressed(best, { ...rule, overlap: (a, b) => overlap(a, b, edge) }));
    }
    if (parameters.kept >= 0 && found.length > parameters.kept) found = [...byScore(found).slice(0, parameters.kept)];
    const ordered = sorted ? byScore(found) : found.toSorted((a, b) => a.label - b.label);
    rows.push(...ordered.map(({ label, score, box }) => [image, label, score, ...box]));
  }
  const { plain } = call.means.detectionOutput;
  if (plain) return withoutImage(call, rows, plain.rows);
  return sorted ? filled(rows, batch * parameters.kept) : orNothing(rows, batch);
};

/** Where nothing was found SSD makes a row for each image: its number, then -1 everywhere. */
function orNothing(rows: number[][], batch: number): Blob {
  const all = rows.length > 0 ? rows : Array.from({ length: batch }, (_, image) => [image, -1, -1, -1, -1, -1, -1]);
  return blobOf([1, 1, all.length, 7], Float32Array.from(all.flat()));
}

/** Of priors that a fourth bottom says hold nothing, no class scores. */
function scoresOf(call: LayerCall): Float32Array {
  const scores = bottom(call, 1).data;
  if (!isRefined(call)) return scores;
  const least = Math.fround(number(call.node, 'detection_output_param.objectness_score', 0.01));
  const { classes } = parametersOf(call);
  const holds = bottom(call, 3).data;
  return scores.map((score, k) => ((holds[Math.floor(k / classes) * 2 + 1] ?? 0) < least ? 0 : score));
}

function isRefined({ bottoms, means }: LayerCall): boolean {
  return means.detectionOutput.plain?.refines === true && bottoms.length >= 5;
}

function withoutImage(call: LayerCall, rows: readonly number[][], shape: '[1, 1, rows, 6]' | '[1, rows, 6, 1]'): Blob {
  if (bottom(call).shape[0] !== 1) throw refusal(call, 'it is given several images');
  const { candidates, kept } = parametersOf(call);
  const says = call.means.detectionOutput.plain?.candidates === 'all' || candidates !== Number.POSITIVE_INFINITY;
  if (kept < 1 || !says) throw refusal(call, 'it does not say how many it keeps');
  const numbers = Float32Array.from(rows.flatMap((row) => row.slice(1)));
  return blobOf(shape === '[1, 1, rows, 6]' ? [1, 1, rows.length, 6] : [1, rows.length, 6, 1], numbers);
}

function filled(rows: number[][], count: number): Blob {
  const y = blobOf([1, 1, count, 7]);
  y.data.set(rows.flat());
  return y;
}

function usesVariance(call: LayerCall): boolean {
  const { node } = call;
  const holder = holderOf(call);
  // OpenCV leaves the second row out where offsets are scaled already.
  return !flag(node, `${holder}.variance_encoded_in_target`, false) || priorsOf(call).shape[1] === 2;
}

/** The box that offsets from a prior stand for. */
function decoded(call: LayerCall, locations: number, image: number, prior: number, label: number): Box {
  const { node } = call;
  const holder = holderOf(call);
  const priors = priorsOf(call).data;
  const count = priors.length / (usesVariance(call) ? 8 : 4);
  const place = ((image * count + prior) * locations + (locations === 1 ? 0 : label)) * 4;
  const { plain } = call.means.detectionOutput;
  const scaled = !plain && flag(node, `${holder}.variance_encoded_in_target`, false);
  const scale = (k: number, value: number) =>
    scaled ? value : Math.fround((priors[(count + prior) * 4 + k] ?? 0) * value);
  const offset = (k: number) => scale(k, bottom(call).data[place + k] ?? 0);
  const given = priors.slice(prior * 4, prior * 4 + 4);
  const first = (k: number) => scale(k, bottom(call, 4).data[prior * 4 + k] ?? 0);
  const [xmin = 0, ymin = 0, xmax = 0, ymax = 0] = isRefined(call) ? aroundMiddle(given, first, 0) : given;
  const edge = flag(node, `${holder}.normalized_bbox`, true) ? 0 : 1;
  const [width, height] = [Math.fround(xmax - xmin) + edge, Math.fround(ymax - ymin) + edge];
  switch (plain ? 'CENTER_SIZE' : (node.string(`${holder}.code_type`) ?? 'CORNER')) {
    case 'CORNER':
      return rounded(xmin + offset(0), ymin + offset(1), xmax + offset(2), ymax + offset(3));
    case 'CORNER_SIZE':
      return rounded(
        xmin + offset(0) * width,
        ymin + offset(1) * height,
        xmax + offset(2) * width,
        ymax + offset(3) * height,
      );
    default:
      return aroundMiddle([xmin, ymin, xmax, ymax], offset, edge);
  }
}

/** The box whose middle is moved, and whose sides grow by powers of e. */
function aroundMiddle(box: ArrayLike<number>, offset: (k: number) => number, edge: 0 | 1): Box {
  const [xmin = 0, ymin = 0, xmax = 0, ymax = 0] = Array.from(box);
  const [width, height] = [Math.fround(xmax - xmin) + edge, Math.fround(ymax - ymin) + edge];
  const x = Math.fround(offset(0) * width + Math.fround(xmin + width / 2));
  const y = Math.fround(offset(1) * height + Math.fround(ymin + height / 2));
  const halfWidth = Math.fround(Math.exp(offset(2)) * width) / 2;
  const halfHeight = Math.fround(Math.exp(offset(3)) * height) / 2;
  return rounded(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
}

function rounded(xmin: number, ymin: number, xmax: number, ymax: number): Box {
  return [Math.fround(xmin), Math.fround(ymin), Math.fround(xmax), Math.fround(ymax)];
}

/** Cambricon/caffe, src/caffe/layers/detection_pose_output_layer.cpp: without a threshold, and with the best pose of each box. */
const detectionPoseOutput: Layer = (call) => {
  const { classes, locations, background, candidates, kept, rule } = parametersOf(call);
  const value = (name: string) => number(call.node, `${holderOf(call)}.${name}`, 0);
  const [batch = 1] = bottom(call).shape;
  const priors = priorsOf(call).data.length / 8;
  const kinds = flag(call.node, `${holderOf(call)}.share_pose`, true) ? 1 : classes;
  const rows: number[][] = [];
  for (let image = 0; image < batch; image++) {
    const score = (prior: number, label: number) =>
      bottom(call, 1).data[(image * priors + prior) * classes + label] ?? 0;
    let found: (Found & { readonly prior: number })[] = [];
    for (let label = 0; label < classes; label++) {
      if (label === background) continue;
      const all = Array.from({ length: priors }, (_, prior) => ({
        ...{ label, prior, score: score(prior, label), box: decoded(call, locations, image, prior, label) },
      }));
      const best = byScore(all)
        .slice(0, candidates)
        .filter(({ box }) => !(area(box, 0) < 1e-5));
      found.push(...suppressed(best, { ...rule, eta: 1, overlap: (a, b) => overlap(a, b, 0) }));
    }
    if (kept >= 0 && found.length > kept) found = [...byScore(found).slice(0, kept)];
    for (const { label, prior, score: own, box } of found.toSorted((a, b) => a.label - b.label)) {
      const start = ((image * priors + prior) * kinds + (kinds === 1 ? 0 : label)) * value('num_poses');
      const poses = bottom(call, 2).data.subarray(start, start + value('num_poses'));
      const most = Math.max(...poses);
      const within = box.map((place) => Math.min(Math.max(place, 0), 1));
      rows.push([image, label, own, ...within, poses.indexOf(most), most]);
    }
  }
  return blobOf([1, 1, rows.length, 9], Float32Array.from(rows.flat()));
};

export const detectionLayers: Readonly<Record<string, Layer>> = {
  DetectionOutput: detectionOutput,
  DetectionPoseOutput: detectionPoseOutput,
};
