/** Many operators that are one: targets choose them by name. */
import type { PatternRule } from '../pass.ts';
import { foldBatchNormalization } from '../simplify/affine-into-weights.ts';
import { activationFusions } from './activations.ts';
import { attentionFusions } from './attention.ts';
import { hardFusions } from './hard-activations.ts';
import { layerFusions } from './layers.ts';
import { lpNormalizations, normalizationFusions } from './normalizations.ts';
import { partsBeforeOrder } from './parts.ts';
import { channelShuffle, rearrangementFusions } from './rearrangements.ts';
import { rectifierFusions } from './rectifiers.ts';
import { globalAverage, reductionFusions } from './reductions.ts';

export const FUSIONS: readonly PatternRule[] = [
  ...activationFusions,
  ...hardFusions,
  ...rectifierFusions,
  ...normalizationFusions,
  ...lpNormalizations,
  ...reductionFusions,
  globalAverage,
  ...rearrangementFusions,
  channelShuffle,
  ...attentionFusions,
];

const BY_NAME = new Map(
  [...FUSIONS, foldBatchNormalization, partsBeforeOrder, ...layerFusions].map((rule) => [rule.name, rule]),
);

/** The rules that a target lists, in its order. Throws an Error where there is none of a name: a fault of the target. */
export function fusionsNamed(names: readonly string[]): readonly PatternRule[] {
  return names.map((name) => {
    const rule = BY_NAME.get(name);
    if (!rule) throw new Error(`there is no fusion ${name}`);
    return rule;
  });
}
