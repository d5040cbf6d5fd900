/** What stands in the way before the first step and behind the last: imports that do not exist, operators that no import has. */
import { checkImports } from '../../dialects/onnx/check-imports.ts';
import {
  type CheckContext,
  calledFunction,
  checkOperator,
  contextOf,
  contextWithin,
} from '../../dialects/onnx/check-operator.ts';
import { Findings } from '../../dialects/onnx/findings.ts';
import { isOnnxDomain, onnxDomain, operatorSchema } from '../../dialects/onnx/operators.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { type Problem, problem } from '../../problems/problem.ts';

export interface Unknown {
  readonly problems: readonly Problem[];
  /** Nodes that mean nothing, so that no rule may look at them. */
  readonly nodes: ReadonlySet<Node>;
  /** An import says a version that there is not: nothing can be converted. */
  readonly isOpen: boolean;
}

/** The graphs of a model with what their nodes are looked up in. */
function* scopes(model: Model): Iterable<readonly [Graph, CheckContext]> {
  const context = contextOf(model);
  yield [model.graph, context];
  for (const each of model.functions) yield [each.graph, contextWithin(context, each)];
}

/** Imports and operators of a model that nothing is known of; of other domains each operator once, as a warning. */
export function unknownIn(model: Model): Unknown {
  const findings = new Findings();
  const nodes = new Set<Node>();
  for (const [, context] of scopes(model)) checkImports(context, findings);
  const isOpen = findings.list.length > 0;
  const kept = new Set<string>();
  for (const [graph, context] of isOpen ? [] : scopes(model)) {
    for (const node of graph.allNodes()) {
      if (schemaOf(node, context) || calledFunction(node, context)) continue;
      const found = checkOperator(node, context);
      findings.add(found, { node });
      if (found.length > 0) nodes.add(node);
      else if (!isOnnxDomain(onnxDomain(node.domain)) && !kept.has(node.operator)) {
        kept.add(node.operator);
        findings.add([problem('operator-kept', node, {}, { kind: 'operator' })], { node });
      }
    }
  }
  return { problems: findings.list.map(({ problem }) => problem), nodes, isOpen };
}

/** Operators that no longer are at the opset where a model has come: no step had to change them. */
export function deprecatedIn(model: Model, told: ReadonlySet<Node>): readonly Problem[] {
  const found: Problem[] = [];
  for (const [graph, context] of scopes(model)) {
    for (const node of graph.allNodes()) {
      if (told.has(node) || !schemaOf(node, context)?.deprecated) continue;
      found.push(...checkOperator(node, context).filter(({ code }) => code === 'operator-deprecated'));
    }
  }
  return found;
}

function schemaOf(node: Node, { imports }: CheckContext) {
  const domain = onnxDomain(node.domain);
  const opset = imports.get(domain);
  return opset === undefined ? undefined : operatorSchema(domain, node.op, opset);
}
