/**
 * Tengine's region proposals: OAID/Tengine, source/device/cpu/op/rpn/rpn_ref.c and source/operator/prototype/rpn.c. Of equal scores
 * the first counts here; Tengine's sort moves equals about.
 */
import { blobOf, bottom, type Layer, number, numbers, refusal } from './blob.ts';
import { anchorsOf } from './proposal.ts';
import { type Box, byScore, type Candidate } from './suppression.ts';

const f = Math.fround;

/** The common part over all that two boxes of pixels cover. */
function overlap(a: Box, b: Box): number {
  const side = (low: number, high: number) => f(f(high - low) + 1);
  const area = (box: Box) => f(side(box[0], box[2]) * side(box[1], box[3]));
  const wide = Math.max(0, side(Math.max(a[0], b[0]), Math.min(a[2], b[2])));
  const high = Math.max(0, side(Math.max(a[1], b[1]), Math.min(a[3], b[3])));
  const shared = f(wide * high);
  return f(shared / f(f(area(a) + area(b)) - shared));
}

const rpn: Layer = (call) => {
  const { node } = call;
  const value = (name: string) => number(node, `rpn_param.${name}`, 0);
  const [scores, deltas, info] = [bottom(call), bottom(call, 1), bottom(call, 2).data];
  const [images = 1, channels = 0, height = 1, width = 1] = deltas.shape;
  if (images !== 1) throw refusal(call, 'it proposes for one image at a time');
  const anchors = anchorsOf({
    base: value('basesize'),
    ratios: numbers(node, 'rpn_param.ratio'),
    scales: numbers(node, 'rpn_param.scale'),
  });
  if (channels !== anchors.length * 4) throw refusal(call, `it has ${channels} numbers for ${anchors.length} anchors`);
  const [rows, columns] = [Math.trunc(info[0] ?? 0), Math.trunc(info[1] ?? 0)];
  const least = f(value('boxminsize') * (info[2] ?? 1));
  const candidates: Candidate[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [k, anchor] of anchors.entries()) {
        const at = (plane: number) => (plane * height + y) * width + x;
        const delta = (part: number) => deltas.data[at(k * 4 + part)] ?? 0;
        const [left, top] = [f(anchor[0] + x * value('feat_stride')), f(anchor[1] + y * value('feat_stride'))];
        const [wide, high] = [f(anchor[2] - anchor[0] + 1), f(anchor[3] - anchor[1] + 1)];
        const middle = [f(f(delta(0) * wide) + f(left + wide / 2)), f(f(delta(1) * high) + f(top + high / 2))] as const;
        const size = [f(f(Math.exp(delta(2))) * wide), f(f(Math.exp(delta(3))) * high)] as const;
        // Before they are cut.
        if (size[0] < least || size[1] < least) continue;
        const within = (place: number, most: number) => Math.min(Math.max(f(place), 0), most);
        const box: Box = [
          within(middle[0] - size[0] / 2, columns),
          within(middle[1] - size[1] / 2, rows),
          within(middle[0] + size[0] / 2, columns),
          within(middle[1] + size[1] / 2, rows),
        ];
        candidates.push({ box, score: scores.data[at(anchors.length + k)] ?? 0 });
      }
    }
  }
  const top = (list: readonly Candidate[], most: number) => (most > 0 ? list.slice(0, most) : list);
  const kept: Candidate[] = [];
  for (const candidate of top(byScore(candidates), value('per_nms_topn'))) {
    const hidden = kept.some(({ box }) => overlap(candidate.box, box) >= f(value('nms_thresh')));
    if (!hidden) kept.push(candidate);
  }
  const boxes = top(kept, value('post_nms_topn')).map(({ box }) => box);
  return blobOf([1, boxes.length, 4, 1], Float32Array.from(boxes.flat()));
};

export const rpnLayers: Readonly<Record<string, Layer>> = { RPN: rpn };
