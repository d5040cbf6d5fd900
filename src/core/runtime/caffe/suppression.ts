/** Overlaps of boxes, and boxes that hide others: weiliu89/caffe, branch ssd, src/caffe/util/bbox_util.cpp. */

/** [xmin, ymin, xmax, ymax]. */
export type Box = readonly [number, number, number, number];

export interface Candidate {
  readonly box: Box;
  readonly score: number;
}

const f = Math.fround;

/** The area of a box, 0 of one whose corners are the wrong way round. Pixels count their own width: `edge` is 1. */
export function area([xmin, ymin, xmax, ymax]: Box, edge: 0 | 1): number {
  if (xmax < xmin || ymax < ymin) return 0;
  return f(f(f(xmax - xmin) + edge) * f(f(ymax - ymin) + edge));
}

/** The common part of two boxes over all that they cover. Boxes that do not touch have none, whatever their edges. */
export function overlap(a: Box, b: Box, edge: 0 | 1): number {
  const common: Box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  const shared = area(common, edge);
  return shared > 0 ? f(shared / f(f(area(a, edge) + area(b, edge)) - shared)) : 0;
}

export interface Suppression {
  readonly threshold: number;
  /** How fast the threshold falls with each box that stays, down to a half. */
  readonly eta: number;
  overlap(a: Box, b: Box): number;
}

/** Which candidates stay: in their order, each that overlaps none of those that stay by more than the threshold. */
export function suppressed<T extends Candidate>(candidates: readonly T[], rule: Suppression): readonly T[] {
  const kept: T[] = [];
  let threshold = f(rule.threshold);
  for (const candidate of candidates) {
    if (kept.some(({ box }) => rule.overlap(candidate.box, box) > threshold)) continue;
    kept.push(candidate);
    if (rule.eta < 1 && threshold > 0.5) threshold = f(threshold * f(rule.eta));
  }
  return kept;
}

/** The best first; of equal scores those that came first. */
export function byScore<T extends Candidate>(candidates: readonly T[]): readonly T[] {
  return candidates.toSorted((a, b) => b.score - a.score);
}
