/** All rules of this conversion: those of a dialect, where it means something else by a type, before those of all. */
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import type { LayerRule, LayerRules } from './rule.ts';
import { activations } from './rules/activations.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { convolution } from './rules/convolution.ts';
import { correlation, correlationOf } from './rules/correlation.ts';
import { deformable } from './rules/deformable.ts';
import { detection } from './rules/detection.ts';
import { linear } from './rules/linear.ts';
import { movement } from './rules/movement.ts';
import { pooling } from './rules/pooling.ts';
import { priorRules } from './rules/priors.ts';
import { proposals } from './rules/proposals.ts';
import { recurrent } from './rules/recurrent.ts';
import { regions } from './rules/regions.ts';
import { resampling, resamplingOf } from './rules/resampling.ts';
import { yolo } from './rules/yolo.ts';

const COMMON: LayerRules = {
  ...activations,
  ...arithmetic,
  ...convolution,
  ...correlation,
  ...deformable,
  ...detection,
  ...linear,
  ...movement,
  ...pooling,
  ...priorRules,
  ...proposals,
  ...recurrent,
  ...regions,
  ...resampling,
  ...yolo,
};

/** By dialect: what its framework means by a type that others mean something else by. */
const OWN = byDialect(correlationOf, resamplingOf);

function byDialect(...families: readonly Readonly<Record<string, LayerRules>>[]): Readonly<Record<string, LayerRules>> {
  const all: Record<string, LayerRules> = {};
  for (const family of families) {
    for (const [dialect, rules] of Object.entries(family)) all[dialect] = { ...all[dialect], ...rules };
  }
  return all;
}

/** The rule of a layer type; undefined where there is none. A user's own backend has those of the one that it is like. */
export function ruleOf({ base }: Pick<CaffeBackend, 'base'>, type: string): LayerRule | undefined {
  const own = OWN[base];
  if (own && Object.hasOwn(own, type)) return own[type];
  return Object.hasOwn(COMMON, type) ? COMMON[type] : undefined;
}
