/**
 * Layers that frameworks have other words for: other types, other fields, or several layers. The first row that a layer goes
 * with is taken, where the target has every layer that it makes; a layer that no row is for stays as it is.
 */
import { COMPOSED } from './composed.ts';
import { FOR_NCNN } from './for-ncnn.ts';
import { FOR_TENGINE } from './for-tengine.ts';
import { SPREAD } from './kernels.ts';
import { NORMALIZING } from './normalizing.ts';
import { RENAMED } from './renamed.ts';
import { RESHAPED } from './reshaping.ts';
import { RESIZED } from './resized.ts';
import type { Wording } from './wording.ts';

export interface Rewording {
  /** Layer types that it is for. */
  readonly of: readonly string[];
  /** Layer types that the target must have for it. */
  readonly needs: readonly string[];
  /** Where it was read that both mean the same. */
  readonly source: string;
  /** Whether it is for this layer; for every layer whose type the target lacks where absent. */
  readonly where?: (layer: Wording) => boolean;
  /** What the two understand otherwise by the same words (meanings.ts, `about`) and this accounts for. */
  readonly settles?: readonly string[];
  /** Whether networks of the framework itself need it too, since its own reader fails on such a layer. */
  readonly within?: true;
  readonly reword: (layer: Wording) => void;
}

/** Undefined where the layer has the same words in both. */
export function rewordingOf(layer: Wording): Rewording | undefined {
  const lacks = (each: Wording) => !each.to.has(each.node.op);
  return ALL.get(layer.node.op)?.find(
    ({ needs, where = lacks }) => needs.every((type) => layer.to.has(type)) && where(layer),
  );
}

export const REWORDINGS: readonly Rewording[] = [
  ...SPREAD,
  ...FOR_TENGINE,
  ...FOR_NCNN,
  ...RENAMED,
  ...COMPOSED,
  ...NORMALIZING,
  ...RESHAPED,
  ...RESIZED,
];

const ALL = new Map<string, readonly Rewording[]>();
for (const row of REWORDINGS) for (const type of row.of) ALL.set(type, [...(ALL.get(type) ?? []), row]);
