/** What the profile of a target does not take of a model that is at its opset. */
import { neededIrVersion } from './convert/opset/versions.ts';
import type { Model } from './ir/model.ts';
import type { Problem } from './problems/problem.ts';
import { checkProfile } from './targets/check-profile.ts';
import type { Profile } from './targets/profile.ts';

/** Nodes that `known` problems name are told of already. The IR version is lowered to what the target reads, where it can be. */
export function profileProblems(model: Model, profile: Profile, known: readonly Problem[]): readonly Problem[] {
  lowerIrVersion(model, profile);
  return checkProfile(model, profile, known);
}

/** Lowers the IR version to what the target reads, where the model does not need a newer one. */
export function lowerIrVersion(model: Model, profile: Profile): void {
  const newest = profile.irVersion ?? Number.POSITIVE_INFINITY;
  if (model.irVersion <= newest) return;
  const opset = model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx') ?? 1;
  model.irVersion = Math.max(newest, neededIrVersion(model, opset));
}
