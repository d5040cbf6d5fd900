/** The opset at which a profile takes most of a model. Opsets that cannot be better than one that was looked at are left out. */
import { convertOpset, goesBySteps, type OnTheWay, opsetSteps } from './convert/opset/convert.ts';
import { adapterFor } from './convert/opset/table.ts';
import { copyKept } from './dialects/onnx/infer/kept.ts';
import { LATEST_OPSET, onnxDomain, operatorVersions } from './dialects/onnx/operators.ts';
import { cloneModel } from './ir/clone.ts';
import type { Model } from './ir/model.ts';
import type { Problem } from './problems/problem.ts';
import { lowerIrVersion } from './profile-problems.ts';
import { certainProblems, checkProfile } from './targets/check-profile.ts';
import { operatorKey, type Profile, type Span } from './targets/profile.ts';

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
  const ways = isNearest && goesBySteps(model) ? new BothWays(model, own, all) : undefined;
  const lacking = ways && own !== undefined ? new Lacking(model, profile, own) : undefined;
  let best = wanted;
  let fewest = Number.POSITIVE_INFINITY;
  for (const opset of all) {
    const isOwn = opset === own;
    if (lacking && lacking.at(opset) >= fewest) continue;
    const { copy, found, isAsBefore } = isOwn ? unchanged(model) : (ways?.take(opset) ?? taken(model, opset));
    // What is the same as at the opset before it is no better.
    if (isAsBefore && fewest < Number.POSITIVE_INFINITY) continue;
    const errors = errorsOf(copy, profile, found, isOwn ? Number.POSITIVE_INFINITY : fewest);
    if (errors < fewest) [best, fewest] = [opset, errors];
    if (fewest === 0) break;
  }
  return best;
}

/** How many errors there are; where they are as many as `enough` without a new look at types, no more are looked for. */
function errorsOf(model: Model, profile: Profile, found: readonly Problem[], enough: number): number {
  const { irVersion } = model;
  lowerIrVersion(model, profile);
  const count = (problems: readonly Problem[]) => problems.filter(({ severity }) => severity === 'error').length;
  const here = count(found);
  // On the way values keep their types, which inference can only add to.
  const least = enough === Number.POSITIVE_INFINITY ? 0 : here + count(certainProblems(model, profile, found));
  const errors = least >= enough ? least : here + count(checkProfile(model, profile, found));
  model.irVersion = irVersion;
  return errors;
}

/** A copy of the model at an opset, and what cannot go there. */
interface Taken {
  readonly copy: Model;
  readonly found: readonly Problem[];
  /** Whether the profile says of it what it says at the opset before, on the same way. */
  readonly isAsBefore?: boolean;
}

function unchanged(model: Model): Taken {
  return { copy: cloneModel(model, copyKept), found: [] };
}

function taken(model: Model, opset: number): Taken {
  const { copy } = unchanged(model);
  return { copy, found: convertOpset(copy, opset).problems };
}

/** Two copies of a model, of which one goes up and one down, a step at a time: opsets are asked for from its own on outwards. */
class BothWays {
  private readonly ways = new Map<'up' | 'down', { readonly copy: Model; readonly steps: Generator<OnTheWay> }>();

  constructor(
    private readonly model: Model,
    private readonly own: number,
    private readonly opsets: readonly number[],
  ) {}

  take(opset: number): Taken {
    const { copy, steps } = this.way(opset < this.own ? 'down' : 'up');
    const { irVersion } = copy;
    let isAsBefore = true;
    for (;;) {
      const next = steps.next();
      if (next.done) throw new Error(`opset ${opset} is not on the way`);
      isAsBefore &&= !next.value.touched;
      if (next.value.opset === opset)
        return { copy, found: next.value.problems, isAsBefore: isAsBefore && copy.irVersion >= irVersion };
    }
  }

  private way(direction: 'up' | 'down') {
    const known = this.ways.get(direction);
    if (known) return known;
    const copy = cloneModel(this.model, copyKept);
    const end = direction === 'up' ? Math.max(...this.opsets) : Math.min(...this.opsets);
    const made = { copy, steps: opsetSteps(copy, end) };
    this.ways.set(direction, made);
    return made;
  }
}

/** Nodes whose operator a profile does not have, as far as no rule says them otherwise on the way. */
class Lacking {
  private readonly stretches: { readonly nodes: number; readonly lowest: number; readonly highest: number }[] = [];

  constructor(
    { graph }: Model,
    { operators, openDomains }: Profile,
    private readonly own: number,
  ) {
    const counts = new Map<string, { readonly domain: string; readonly op: string; nodes: number }>();
    for (const { domain: written, op } of graph.allNodes()) {
      const domain = onnxDomain(written);
      const key = operatorKey(domain, op);
      if (operators.has(key) || openDomains.includes(domain)) continue;
      const known = counts.get(key) ?? { domain, op, nodes: 0 };
      known.nodes++;
      counts.set(key, known);
    }
    for (const { domain, op, nodes } of counts.values()) {
      const versions = domain === '' ? operatorVersions(domain, op) : [];
      const [lowest, highest] = [this.end(op, versions, -1), this.end(op, versions, 1)];
      this.stretches.push({ nodes, lowest, highest });
    }
  }

  /** How many of them there are at an opset at least. */
  at(opset: number): number {
    return this.stretches.reduce(
      (sum, { nodes, lowest, highest }) => (opset >= lowest && opset <= highest ? sum + nodes : sum),
      0,
    );
  }

  /** The last opset that they reach in a direction without a rule that may say them in other operators. */
  private end(op: string, versions: readonly number[], direction: 1 | -1): number {
    let opset = this.own;
    while (opset > 1 && opset < LATEST_OPSET + 1) {
      const next = opset + direction;
      if (versions.includes(Math.max(opset, next)) && adapterFor(op, opset, next)) break;
      opset = next;
    }
    return opset;
  }
}
