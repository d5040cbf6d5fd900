/** What a target that is known by a profile does not take of an ONNX model. */
import { type CheckContext, calledFunction, contextOf, contextWithin } from '../dialects/onnx/check-operator.ts';
import { inferModel } from '../dialects/onnx/infer.ts';
import { onnxDomain, operatorSchema, operatorVersions } from '../dialects/onnx/operators.ts';
import type { Graph } from '../ir/graph.ts';
import type { FunctionDefinition, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import { isStatic } from '../ir/shape.ts';
import { typeText } from '../ir/type.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { brokenLimits } from './operator-limits.ts';
import { limitsOf, operatorKey, type Profile } from './profile.ts';

/**
 * Every problem that a target has with a model at its opset: of the file, its inputs and each node, subgraphs and functions that
 * are called included. Of nodes that `known` problems name no more is said. Types are inferred on the way.
 */
export function checkProfile(model: Model, profile: Profile, known: readonly Problem[] = []): Problem[] {
  inferModel(model);
  return certainProblems(model, profile, known);
}

/** Those of `checkProfile` that follow from the types that values have already: what is not known breaks nothing. */
export function certainProblems(model: Model, profile: Profile, known: readonly Problem[]): Problem[] {
  const skipped = known.flatMap(({ severity, node }) => (node && severity === 'error' ? [keyOf(node.outputs)] : []));
  const check = new ProfileCheck(profile, new Set(skipped));
  check.file(model);
  check.graph(model.graph, contextOf(model));
  return check.problems;
}

class ProfileCheck {
  readonly problems: Problem[] = [];
  /** Functions whose bodies were looked at. */
  private readonly seen = new Set<FunctionDefinition>();
  /** Conditions and domains that were told of. */
  private readonly told = new Set<string>();
  private readonly narrows: boolean;

  constructor(
    private readonly profile: Profile,
    private readonly skipped: ReadonlySet<string>,
  ) {
    this.narrows = Object.keys(profile.narrows).length > 0;
  }

  /** What the file says of itself. */
  file(model: Model): void {
    const { title, irVersion, opsets, dynamicShapes } = this.profile;
    for (const [name, version] of model.opsetImports) {
      const domain = onnxDomain(name);
      const [lowest, highest] = opsets.get(domain) ?? [0, Number.POSITIVE_INFINITY];
      if (version >= lowest && version <= highest) continue;
      const details = {
        target: title,
        domain: domain || 'ai.onnx',
        version: String(version),
        range: rangeText([lowest, highest]),
      };
      this.problems.push(problem('opset-not-taken', undefined, details, { kind: 'opset-import', domain }));
    }
    if (irVersion !== undefined && model.irVersion > irVersion) {
      const details = { target: title, version: String(model.irVersion), most: String(irVersion) };
      this.problems.push(problem('ir-version-not-taken', undefined, details, { kind: 'header' }));
    }
    if (dynamicShapes === false) this.staticInputs(model.graph);
  }

  private staticInputs(graph: Graph): void {
    for (const { name = '', type, constant } of graph.inputs) {
      if (constant || type?.kind !== 'tensor' || isStatic(type.shape)) continue;
      const details = { target: this.profile.title, value: name, type: typeText(type) };
      const part = { kind: 'value', name, role: 'input', graph: graph.name } as const;
      this.problems.push(problem('open-size-not-taken', undefined, details, part));
    }
  }

  graph(graph: Graph, context: CheckContext): void {
    for (const node of graph.nodes) {
      if (!this.isSkipped(node)) this.node(node, context);
      for (const inner of node.subgraphs()) this.graph(inner, context);
    }
  }

  private isSkipped({ outputs }: Node): boolean {
    return this.skipped.size > 0 && this.skipped.has(keyOf(outputs.map(({ name }) => name ?? '')));
  }

  private node(node: Node, context: CheckContext): void {
    const domain = onnxDomain(node.domain);
    const rows = this.profile.operators.get(operatorKey(domain, node.op));
    if (!rows) {
      this.unlisted(node, domain, context);
      return;
    }
    const opset = context.imports.get(domain) ?? 1;
    const schema = operatorSchema(domain, node.op, opset);
    const limits = limitsOf(rows, schema?.since ?? opset);
    if (!limits) {
      this.otherVersion(
        node,
        schema?.since ?? opset,
        rows.flatMap(({ versions = [] }) => versions),
      );
      return;
    }
    this.narrowed(node);
    for (const [code, details, part] of brokenLimits(node, schema, limits, this.profile))
      this.problems.push(problem(code, node, { target: this.profile.title, ...details }, part));
    if (limits.unchecked !== undefined && this.first(operatorKey(domain, node.op))) {
      const details = { target: this.profile.title, reason: limits.unchecked };
      this.problems.push(problem('support-not-checked', node, details, { kind: 'operator' }));
    }
  }

  /** Types that the target reads as others, each told once. */
  private narrowed(node: Node): void {
    if (!this.narrows) return;
    for (const [kind, values] of [
      ['input', node.inputs],
      ['output', node.outputs],
    ] as const)
      for (const [index, value] of values.entries()) {
        const dtype = value?.dtype;
        const narrowed = dtype && this.profile.narrows[dtype];
        if (!narrowed || !this.first(dtype)) continue;
        const details = { target: this.profile.title, dtype, narrowed };
        this.problems.push(problem('dtype-narrowed', node, details, { kind, index }));
      }
  }

  /** An operator without a row: a function of the model, one that nobody knows of, or one that is not taken. */
  private unlisted(node: Node, domain: string, context: CheckContext): void {
    const { title, openDomains, functions } = this.profile;
    const called = calledFunction(node, context);
    if (called && functions !== false) {
      if (this.seen.has(called)) return;
      this.seen.add(called);
      this.graph(called.graph, contextWithin(context, called));
      return;
    }
    if (openDomains.includes(domain)) {
      if (this.first(operatorKey(domain, node.op)))
        this.problems.push(problem('support-unknown', node, { target: title }, { kind: 'operator' }));
      return;
    }
    this.problems.push(problem('unsupported-operator', node, { target: title }, { kind: 'operator' }));
  }

  /** The opset that would do: the nearest whose version is one of those that are taken. */
  private otherVersion(node: Node, since: number, versions: readonly number[]): void {
    const domain = onnxDomain(node.domain);
    const [lowest, highest] = this.profile.opsets.get(domain) ?? [1, Number.POSITIVE_INFINITY];
    const all = operatorVersions(domain, node.op);
    const opsets = versions.flatMap((version) => {
      const next = all.find((each) => each > version) ?? highest + 1;
      const first = Math.max(version, lowest);
      const last = Math.min(next - 1, highest);
      return first > last ? [] : [version < since ? last : first];
    });
    const nearest = opsets.sort((a, b) => Math.abs(a - since) - Math.abs(b - since))[0];
    const details = {
      target: this.profile.title,
      version: String(since),
      versions: [...versions].sort((a, b) => a - b).join(', '),
      ...(nearest !== undefined && domain === '' && { opset: String(nearest) }),
    };
    this.problems.push(problem('operator-version-not-taken', node, details, { kind: 'operator' }));
  }

  private first(key: string): boolean {
    if (this.told.has(key)) return false;
    this.told.add(key);
    return true;
  }
}

/** By its outputs a node is known: names of nodes are often empty. */
function keyOf(outputs: readonly string[]): string {
  return outputs.join(' ');
}

function rangeText([least, most]: readonly [number, number]): string {
  return least === most ? String(least) : `${least} to ${most}`;
}
