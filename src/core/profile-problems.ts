/** What the profile of a target does not take of a model that is at its opset. */
import { convertOpset, goesBySteps, opsetSteps } from './convert/opset/convert.ts';
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
  // Both ways lead away from the model's own opset where the search begins at the nearest to it.
  const isNearest = own !== undefined && wanted === Math.min(Math.max(own, lowest), highest);
  const ways = isNearest && goesBySteps(model) ? new OnTheWay(model, own, all) : undefined;
  let best = wanted;
  let fewest = Number.POSITIVE_INFINITY;
  for (const opset of all) {
    const { copy, found } =
      opset === own ? { copy: cloneModel(model, copyKept), found: [] } : (ways?.take(opset) ?? taken(model, opset));
    const { irVersion } = copy;
    const errors = [...found, ...profileProblems(copy, profile, found)].filter(({ severity }) => severity === 'error');
    copy.irVersion = irVersion;
    if (errors.length < fewest) [best, fewest] = [opset, errors.length];
    if (fewest === 0) break;
  }
  return best;
}

/** A copy of the model at an opset, and what cannot go there. */
interface Taken {
  readonly copy: Model;
  readonly found: readonly Problem[];
}

function taken(model: Model, opset: number): Taken {
  const copy = cloneModel(model, copyKept);
  return { copy, found: convertOpset(copy, opset).problems };
}

/** Two copies of a model, of which one goes up and one down, a step at a time: opsets are asked for from its own on outwards. */
class OnTheWay {
  private readonly ways: readonly { readonly copy: Model; readonly steps: ReturnType<typeof opsetSteps> }[];

  constructor(
    model: Model,
    private readonly own: number,
    opsets: readonly number[],
  ) {
    this.ways = [Math.min(own, ...opsets), Math.max(own, ...opsets)].map((end) => {
      const copy = cloneModel(model, copyKept);
      return { copy, steps: opsetSteps(copy, end) };
    });
  }

  take(opset: number): Taken {
    const way = this.ways[opset < this.own ? 0 : 1];
    for (;;) {
      const next = way?.steps.next();
      if (!way || !next || next.done) throw new Error(`opset ${opset} is not on the way`);
      if (next.value.opset === opset) return { copy: way.copy, found: next.value.problems };
    }
  }
}
