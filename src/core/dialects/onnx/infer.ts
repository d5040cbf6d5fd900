/** Types of values from the nodes that make them: element types from the schemas, shapes from rules by family. */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Dim } from '../../ir/shape.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, Refusal } from '../../problems/problem.ts';
import { renewData } from './data.ts';
import { control } from './infer/control.ts';
import { convolution } from './infer/convolution.ts';
import { elementwise } from './infer/elementwise.ts';
import { indexing } from './infer/indexing.ts';
import { matrices } from './infer/matrices.ts';
import { reductions } from './infer/reductions.ts';
import { clash, type Outcome, type Rules } from './infer/rule.ts';
import { shapes } from './infer/shapes.ts';
import { signals } from './infer/signals.ts';
import { schemaTypes } from './infer/types.ts';
import { type OperatorSchema, operatorSchema } from './operators.ts';

const RULES: Rules = {
  ...elementwise,
  ...reductions,
  ...convolution,
  ...matrices,
  ...shapes,
  ...indexing,
  ...signals,
  ...control,
};

/** Whether the shapes of an operator's outputs are inferred, not its element types alone. */
export function hasShapeRule(op: string): boolean {
  return Object.hasOwn(RULES, op);
}

/**
 * Sets the types of a node's outputs from its inputs and attributes, and what is known of small integer data.
 * What cannot be told keeps what it had; what is told wins. Throws a Refusal `invalid-model` where the inputs
 * contradict the operator.
 *
 * @param opset the version of ai.onnx by which the node is read
 */
export function inferOutputs(node: Node, opset: number): void {
  const schema = operatorSchema(node.domain, node.op, opset);
  if (!schema || hasReference(node)) return;
  const types = schemaTypes(node, schema);
  // What the schema tells stays where the rule finds a contradiction.
  node.outputs.forEach((output, index) => {
    output.type ??= types[index];
  });
  const rule = node.domain === '' && attributesFit(node, schema) ? RULES[node.op] : undefined;
  const outcomes = rule?.(node, opset) ?? [];
  node.outputs.forEach((output, index) => {
    const found = typed(outcomes[index], types[index]);
    const size = found?.kind === 'tensor' ? found.shape?.find(isNoSize) : undefined;
    if (size !== undefined) clash(node, `a size of ${size}`);
    if (found) output.type = merged(output, found);
  });
  // Data of one output may depend on the sizes of the others (Split).
  node.outputs.forEach(renewData);
}

/** Infers every value of a model, subgraphs before the node that holds them. Returns what contradicts. */
export function inferModel(model: Model): Problem[] {
  const opset = model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx') ?? 1;
  return [...inferGraph(model.graph, opset).values()];
}

/** As `inferModel`, for one graph and its subgraphs; tells the nodes that contradict what they read. */
export function inferGraph(graph: Graph, opset: number): Map<Node, Problem> {
  const problems = new Map<Node, Problem>();
  for (const node of graph.nodes) {
    // What a subgraph gives is known before the node that holds it.
    for (const inner of node.subgraphs()) {
      const found = inferGraph(inner, opset);
      // The branch that these inputs never take may well contradict them.
      if (node.op !== 'If') for (const each of found) problems.set(...each);
    }
    try {
      inferOutputs(node, opset);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.set(node, error.problem);
    }
  }
  return problems;
}

/** A function's body is read where it is called: until then its attributes are names. */
function hasReference(node: Node): boolean {
  for (const attribute of node.attributes.values()) if (attribute.type === 'reference') return true;
  return false;
}

/** Rules read attributes by their types: a node that has others is the checker's to report. */
function attributesFit(node: Node, schema: OperatorSchema): boolean {
  for (const [name, { type }] of node.attributes) {
    const wanted = schema.attributes.get(name)?.type;
    if (wanted !== undefined && wanted !== type) return false;
  }
  return true;
}

function isNoSize(dim: Dim): boolean {
  return typeof dim === 'number' && !(Number.isInteger(dim) && dim >= 0);
}

function typed(outcome: Outcome, schema: ValueType | undefined): ValueType | undefined {
  if (outcome && 'kind' in outcome) return outcome;
  if (!outcome || schema?.kind !== 'tensor') return schema;
  return { ...schema, shape: outcome };
}

/** What was known stays where inference knows nothing; a size that both know must not differ in rank. */
function merged(output: Value, found: ValueType): ValueType {
  const before = output.type;
  if (before?.kind !== 'tensor' || found.kind !== 'tensor') return found;
  if (!before.shape || (found.shape && before.shape.length !== found.shape.length)) return found;
  const shape = found.shape?.map((dim, k) => dim ?? before.shape?.[k]) ?? before.shape;
  return { ...found, shape };
}
