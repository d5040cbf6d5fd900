/** Types of values from the nodes that make them: element types from the schemas, shapes from rules by family. */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, Refusal } from '../../problems/problem.ts';
import { renewData, setData, withConstantsOnly } from './data.ts';
import { calledFunction, inferCall } from './infer/calls.ts';
import { type Functions, functionsOf, type InferContext, makeContext, schemaOf } from './infer/context.ts';
import { believedType, declaredType, forgetInferred, setInferred } from './infer/declared.ts';
import { completed } from './infer/join.ts';
import { keptOf } from './infer/kept.ts';
import { clashOfType, type Outcome } from './infer/rule.ts';
import { ruleOf } from './infer/rules.ts';
import { sound } from './infer/sizes.ts';
import { outputFault, readTypes } from './infer/types.ts';
import { oddShapes } from './odd-shapes.ts';
import { oddityOf } from './oddities.ts';
import type { OperatorSchema } from './operators.ts';

/** Whether the shapes of an operator's outputs are inferred, not its element types alone. */
export function hasShapeRule(op: string, domain = ''): boolean {
  return ruleOf({ domain, name: op }) !== undefined;
}

/** What a graph is inferred in: the versions that its model imports, and the model's functions. Make one per run. */
export function inferContext(imports: ReadonlyMap<string, number>, functions: Functions = new Map()): InferContext {
  return makeContext(imports, functions, inferNodes);
}

/** As `inferContext`, for graphs that use ai.onnx alone. */
export function opsetContext(opset: number): InferContext {
  return inferContext(new Map([['', opset]]));
}

/** What the graph of a model is inferred in. */
export function modelContext(model: Model): InferContext {
  return inferContext(model.opsetImports, functionsOf(model));
}

/** Infers every value of a model, subgraphs and called functions included. Returns what contradicts. */
export function inferModel(model: Model): Problem[] {
  return [...inferGraph(model.graph, modelContext(model)).values()];
}

/**
 * As `inferModel`, by what can be proved: sizes that the file declares of values in between are left aside. Values of
 * unknown operators keep theirs.
 */
export function proveTypes(model: Model): void {
  inferGraph(model.graph, { ...modelContext(model), doubts: true });
}

/** Fills what `proveTypes` left open from what the file declares. */
export function restoreDeclared(model: Model): void {
  for (const { graph } of [model, ...model.functions]) for (const node of graph.allNodes()) restoreOf(node);
}

function restoreOf(node: Node): void {
  const values = [...node.outputs, ...node.subgraphs().flatMap((graph) => graph.inputs)];
  for (const value of values) {
    const type = completed(value.type, declaredType(value));
    const kept = keptOf(value);
    if (kept && kept.inferred === type && !kept.held) kept.proved = type;
    setInferred(value, type);
  }
}

/** Whether the type of what a node makes follows from the rest of the graph. That of an unknown operator does not. */
export function followsFromRest(value: Value): boolean {
  return value.type !== undefined && value.producer?.domain === '' && keptOf(value)?.proved === value.type;
}

/**
 * As `inferModel`, for one graph and its subgraphs; tells the nodes that contradict what they read. Of a called function
 * these are the nodes of its body.
 */
export function inferGraph(graph: Graph, context: InferContext): Map<Node, Problem> {
  const doubtful = new Set<Node>();
  const problems = inferAll(graph, { ...context, doubtful });
  if (doubtful.size === 0) return problems;
  // Sizes that are worked out may be what keeps a branch from running: only what holds without them is a contradiction.
  const certain = withConstantsOnly(() => inferAll(graph, context));
  inferAll(graph, context);
  for (const node of doubtful) if (!certain.has(node)) problems.delete(node);
  // What a doubtful contradiction has hidden behind it.
  for (const [node, problem] of certain) if (!problems.has(node)) problems.set(node, problem);
  return problems;
}

function inferAll(graph: Graph, context: InferContext): Map<Node, Problem> {
  const problems = new Map<Node, Problem>();
  inferNodes(graph, { ...context, problems, budget: { ...context.budget } });
  return problems;
}

/** Whether a condition decides if a node runs. */
export function mayNeverRun(node: Node): boolean {
  for (let graph = node.graph; graph; graph = graph.parent?.graph) {
    if (graph.parent?.op === 'If') return true;
  }
  return false;
}

function inferNodes(graph: Graph, context: InferContext): void {
  for (const node of graph.nodes) {
    try {
      inferOutputs(node, context);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      context.problems.set(node, error.problem);
      if (context.guarded) context.doubtful.add(node);
    }
  }
}

/**
 * Sets the types of a node's outputs from its inputs and attributes, and what is known of small integer data; infers its
 * subgraphs on the way, whose contradictions go to the context's problems. What cannot be told keeps what was declared;
 * what is told wins. Throws a Refusal `invalid-model` where the inputs contradict the operator.
 */
export function inferOutputs(node: Node, context: InferContext): void {
  const schema = schemaOf(node, context);
  const called = schema ? undefined : calledFunction(node, context);
  for (const output of node.outputs) setData(output, undefined);
  if (called) inferCall(node, called, context);
  else if (schema && !hasReference(node)) inferOperator(node, schema, context);
  // What an operator gave before an edit made it another one is no longer so.
  else for (const output of node.outputs) forgetInferred(output);
}

function inferOperator(node: Node, schema: OperatorSchema, context: InferContext): void {
  const { outputs, fault } = readTypes(node, schema);
  // What the schema tells stays where the rule finds a contradiction.
  node.outputs.forEach((output, index) => {
    setInferred(output, completed(outputs[index], believedType(output, context)));
  });
  if (fault) clashOfType(node, fault, { kind: 'input', index: fault.input });
  const outcomes = attributesFit(node, schema) ? outcomesOf(node, schema, context) : [];
  const asOnnx = context.oddShapes ? withOddShapes(node, schema, outcomes) : outcomes;
  node.outputs.forEach((output, index) => {
    const found = sound(node, typed(asOnnx[index], outputs[index]));
    setInferred(output, completed(found, believedType(output, context)));
  });
  const odd = context.oddities && oddityOf(node, schema);
  if (odd) context.oddities?.set(node, odd);
  const wrong = outputFault(node, schema);
  if (wrong) clashOfType(node, wrong, { kind: 'output', index: wrong.output });
  // Data of one output may depend on the sizes of the others (Split).
  node.outputs.forEach(renewData);
}

/**
 * Behind a condition a node may never run, and what is worked out of shapes may be why: there only constants that the
 * file spells can contradict.
 */
function outcomesOf(node: Node, schema: OperatorSchema, context: InferContext): readonly Outcome[] {
  const rule = ruleOf(schema);
  if (!rule) return [];
  try {
    return rule(node, schema.since, context);
  } catch (error) {
    if (!context.guarded || !(error instanceof Refusal)) throw error;
    return withConstantsOnly(() => rule(node, schema.since, context));
  }
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

/** The outcomes with the shapes that onnx's own inference works out. */
function withOddShapes(node: Node, { domain, name }: OperatorSchema, outcomes: readonly Outcome[]): readonly Outcome[] {
  if (domain !== '') return outcomes;
  const shapes = outcomes.map((outcome) => (outcome && 'kind' in outcome ? undefined : outcome));
  const odd = oddShapes(node, name, shapes);
  return odd === shapes ? outcomes : odd;
}

function typed(outcome: Outcome, schema: ValueType | undefined): ValueType | undefined {
  if (outcome && 'kind' in outcome) return outcome;
  if (!outcome || schema?.kind !== 'tensor') return schema;
  return { kind: 'tensor', dtype: schema.dtype, shape: outcome };
}
