/** What the profile of a target does not take of a model that is at its opset. */
import { convertOpset } from './convert/opset/convert.ts';
import { neededIrVersion } from './convert/opset/versions.ts';
import { copyKept } from './dialects/onnx/infer/kept.ts';
import { cloneModel } from './ir/clone.ts';
import type { Model } from './ir/model.ts';
import type { Problem } from './problems/problem.ts';
import { checkProfile } from './targets/check-profile.ts';
import type { Profile, Span } from './targets/profile.ts';

/** Nodes that `known` problems name are told of already. The IR version is lowered to what the target reads, where it can be. */
export function profileProblems(model: Model, profile: Profile, known: readonly Problem[]): readonly Problem[] {
  const newest = profile.irVersion ?? Number.POSITIVE_INFINITY;
  if (model.irVersion > newest) {
    const opset = model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx') ?? 1;
    model.irVersion = Math.max(newest, neededIrVersion(model, opset));
  }
  return checkProfile(model, profile, known);
}

/**
 * The opset at which a profile takes most of a model, of those between two: the nearest to the first one wanted, where several do
 * as well. The model stays as it is.
 */
export function bestOpset(model: Model, wanted: number, profile: Profile, [lowest, highest]: Span): number {
  const own = model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx');
  const written = Array.from({ length: Math.max(0, highest - lowest + 1) }, (_, k) => lowest + k);
  const all = [...new Set([wanted, ...written])].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || b - a);
  let best = wanted;
  let fewest = Number.POSITIVE_INFINITY;
  for (const opset of all) {
    const copy = cloneModel(model, copyKept);
    const found = opset === own ? [] : convertOpset(copy, opset).problems;
    const errors = [...found, ...profileProblems(copy, profile, found)].filter(({ severity }) => severity === 'error');
    if (errors.length < fewest) [best, fewest] = [opset, errors.length];
    if (fewest === 0) break;
  }
  return best;
}
