/** All rules of this conversion: those of a dialect, where it means something else by a type, before those of all. */
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import type { LayerRule, LayerRules } from './rule.ts';
import { activations } from './rules/activations.ts';
import { arithmetic, arithmeticOf } from './rules/arithmetic.ts';
import { constants, constantsOf } from './rules/constants.ts';
import { convolution, convolutionOf } from './rules/convolution.ts';
import { correlation, correlationOf } from './rules/correlation.ts';
import { deformable } from './rules/deformable.ts';
import { detection } from './rules/detection.ts';
import { flow } from './rules/flow.ts';
import { imageDetect } from './rules/image-detect.ts';
import { linear, linearOf } from './rules/linear.ts';
import { mluDetections } from './rules/mlu-detections.ts';
import { movement, movementOf } from './rules/movement.ts';
import { normalization, normalizationOf } from './rules/normalization.ts';
import { norms, normsOf } from './rules/norms.ts';
import { padding } from './rules/padding.ts';
import { detectionOf } from './rules/plain-detections.ts';
import { pointwise, pointwiseOf } from './rules/pointwise.ts';
import { poolings, poolingsOf } from './rules/pooling.ts';
import { poseDetections } from './rules/pose-detections.ts';
import { priorRules } from './rules/priors.ts';
import { proposals } from './rules/proposals.ts';
import { recurrent, recurrentOf } from './rules/recurrent.ts';
import { reductions, reductionsOf } from './rules/reduction.ts';
import { regions } from './rules/regions.ts';
import { resampling, resamplingOf } from './rules/resampling.ts';
import { resizingOf } from './rules/resizing.ts';
import { rpn } from './rules/rpn.ts';
import { scaling } from './rules/scaling.ts';
import { selection } from './rules/selection.ts';
import { shape, shapeOf } from './rules/shape.ts';
import { transformers } from './rules/transformers.ts';
import { unpooling } from './rules/unpooling.ts';
import { yolo } from './rules/yolo.ts';
import { yoloOutputs } from './rules/yolo-outputs.ts';

/** What BVLC's layers do, and those that one framework alone has. */
const COMMON: LayerRules = {
  ...activations,
  ...arithmetic,
  ...constants,
  ...convolution,
  ...correlation,
  ...deformable,
  ...detection,
  ...flow,
  ...imageDetect,
  ...linear,
  ...mluDetections,
  ...movement,
  ...normalization,
  ...norms,
  ...padding,
  ...pointwise,
  ...poolings,
  ...poseDetections,
  ...priorRules,
  ...proposals,
  ...recurrent,
  ...reductions,
  ...regions,
  ...resampling,
  ...rpn,
  ...scaling,
  ...selection,
  ...shape,
  ...transformers,
  ...unpooling,
  ...yolo,
  ...yoloOutputs,
};

/** By dialect: what its framework means by a type that others mean something else by. */
const OWN = byDialect(
  arithmeticOf,
  constantsOf,
  convolutionOf,
  correlationOf,
  detectionOf,
  linearOf,
  movementOf,
  normalizationOf,
  normsOf,
  pointwiseOf,
  poolingsOf,
  recurrentOf,
  reductionsOf,
  resamplingOf,
  resizingOf,
  shapeOf,
);

function byDialect(...families: readonly Readonly<Record<string, LayerRules>>[]): Readonly<Record<string, LayerRules>> {
  const all: Record<string, LayerRules> = {};
  for (const family of families) {
    for (const [dialect, rules] of Object.entries(family)) all[dialect] = { ...all[dialect], ...rules };
  }
  return all;
}

/** Whether a dialect means something of its own by a layer type. */
export function isOwn(dialect: string, type: string): boolean {
  const own = OWN[dialect];
  return own !== undefined && Object.hasOwn(own, type);
}

/** The rule of a layer type; undefined where there is none. A user's own backend has those of the one that it is like. */
export function ruleOf({ base }: Pick<CaffeBackend, 'base'>, type: string): LayerRule | undefined {
  if (isOwn(base, type)) return OWN[base]?.[type];
  return Object.hasOwn(COMMON, type) ? COMMON[type] : undefined;
}
