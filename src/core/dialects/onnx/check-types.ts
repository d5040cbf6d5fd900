/** Whether the types and shapes that a file declares are those that follow from its operators. */
import { otherDeclarations } from '../../ir/declarations.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Dim, Shape } from '../../ir/shape.ts';
import { typeText, type ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { Part } from '../../problems/part.ts';
import type { Problem } from '../../problems/problem.ts';
import { checkInputTypes, checkOutputTypes } from './check-node.ts';
import type { CheckContext } from './check-operator.ts';
import { asOnnxReads } from './data.ts';
import type { Findings } from './findings.ts';
import { declaredType } from './infer/declared.ts';
import { typeKey } from './infer/types.ts';
import { inferGraph, modelContext } from './infer.ts';
import { ODD_OPERATORS, rejection } from './oddities.ts';
import { type OperatorSchema, operatorSchema } from './operators.ts';

/** The inputs and outputs of the model say what they are; those of graphs within need not (onnx/checker.cc, check_value_info). */
export function checkDeclarations(graph: Graph, findings: Findings): void {
  for (const role of ['input', 'output'] as const) {
    for (const value of role === 'input' ? graph.inputs : graph.outputs) {
      const what = missingIn(value.type);
      const name = value.name ?? '';
      const part = { kind: 'value', name, role, graph: graph.name } as const;
      if (what) findings.report('type-missing', { value }, { role: `${role} of the model`, value: name, what }, part);
    }
  }
  for (const value of graph.initializers) checkConstant(graph, value, findings);
}

function missingIn(type: ValueType | undefined): string | undefined {
  switch (type?.kind) {
    case undefined:
      return 'type';
    case 'tensor':
    case 'sparse-tensor':
      return type.shape ? undefined : 'shape';
    case 'sequence':
    case 'optional':
      return isWhole(type.element) ? undefined : 'type of its elements';
    case 'map':
      return isWhole(type.value) ? undefined : 'type of its values';
    case 'opaque':
      return type.name ? undefined : 'name of its opaque type';
  }
}

/** Whether a type says what it is of, all the way down. Shapes within may be left out. */
function isWhole(type: ValueType | undefined): boolean {
  if (type?.kind === 'sequence' || type?.kind === 'optional') return isWhole(type.element);
  return type?.kind === 'map' ? isWhole(type.value) : type !== undefined;
}

/** A constant that is an input too has the type of the input. */
function checkConstant(graph: Graph, value: Value, findings: Findings): void {
  const { constant, type } = value;
  if (!constant || !type || type.kind === 'sparse-tensor') return;
  const found: ValueType = { kind: 'tensor', dtype: constant.dtype, shape: constant.shape };
  if (!differ(type, found)) return;
  const name = value.name ?? '';
  const part = { kind: 'value', name, role: 'initializer', graph: graph.name } as const;
  const details = { value: name, wanted: typeText(type), found: typeText(found) };
  findings.report('declared-type-wrong', { value }, details, part);
}

/** A value that the file declares in two ways, which cannot both be. */
export function checkAgain(graph: Graph, value: Value, findings: Findings): void {
  for (const { type, role } of otherDeclarations(value)) {
    const first = declaredType(value);
    if (!first || !differ(first, type)) continue;
    const name = value.name ?? '';
    const details = { value: name, wanted: typeText(first), found: `${typeText(type)} in another place` };
    findings.report('declared-type-wrong', { value }, details, { kind: 'value', name, role, graph: graph.name });
  }
}

/** What inference finds against the operators, and against what the file declares. The model's own types are put back. */
export function checkTypes(model: Model, context: CheckContext, findings: Findings): void {
  const before = findings.list.length;
  const others = inferred(model, () => {
    const contradictions = inferGraph(model.graph, modelContext(model));
    for (const [node, problem] of contradictions) reportContradiction(node, problem, context, findings);
    return contradictions;
  });
  for (const { value, declared, found } of others) checkDeclared(value, declared, found, findings);
  if (findings.list.length === before && mayStumble(model)) checkAsOnnx(model, findings);
}

/** A value that is declared as something else than it is found to be. */
interface Other {
  readonly value: Value;
  readonly declared: ValueType;
  readonly found: ValueType;
}

/** Infers the types of a model, gives what does not fit what it declares, and puts the declared types back. */
function inferred(model: Model, infer: () => ReadonlyMap<Node, Problem>): Other[] {
  const declared = new Map<Value, ValueType | undefined>();
  for (const graph of [model.graph, ...model.functions.map((each) => each.graph)]) {
    for (const value of valuesOf(graph)) declared.set(value, value.type);
  }
  const contradictions = infer();
  const others: Other[] = [];
  for (const [value, type] of declared) {
    // A node that contradicts what it reads says nothing of what it makes.
    const contradicts = value.producer && contradictions.has(value.producer);
    if (type && value.type && !contradicts && differ(type, value.type)) {
      others.push({ value, declared: type, found: value.type });
    }
    value.type = type;
  }
  return others;
}

/** Whether a model has anything that onnx's own inference may get wrong. */
function mayStumble(model: Model): boolean {
  if (model.graph.inputs.some((value) => value.overridable)) return true;
  const graphs = [model.graph, ...model.functions.map(({ graph }) => graph)];
  return graphs.some((graph) => [...graph.allNodes()].some(({ op }) => ODD_OPERATORS.has(op)));
}

/** What onnx's own checker rejects although nothing is wrong with it: it counts defaults as constants, and stumbles. */
function checkAsOnnx(model: Model, findings: Findings): void {
  const oddities = new Map<Node, Problem>();
  const context = { ...modelContext(model), oddities, oddShapes: true };
  let contradictions: ReadonlyMap<Node, Problem> = new Map();
  const others = inferred(model, () => {
    contradictions = asOnnxReads(() => inferGraph(model.graph, context));
    return contradictions;
  });
  for (const [node, problem] of oddities) findings.add([problem], { node });
  const hasDefaults = model.graph.inputs.some((value) => value.overridable);
  const tell = (node: Node, reason: string) => {
    if (hasDefaults) findings.report('default-contradicts', { node }, { reason }, { kind: 'node' });
    else if (oddities.size === 0) findings.add([rejection(node, { reason, advice: OPEN_SIZES })], { node });
  };
  for (const [node, { details, message }] of contradictions) {
    tell(node, (details.reason ?? message).replace(`${node.operator}: `, ''));
  }
  for (const { value, declared, found } of others) {
    const reason = `it takes '${value.name ?? ''}' for ${typeText(found)}, which is declared as ${typeText(declared)}`;
    if (value.producer) tell(value.producer, reason);
  }
}

const OPEN_SIZES = 'Declare the shapes of all that the node reads, or leave open the sizes of what it makes.';

/** Every value that inference may give a type. */
function* valuesOf(graph: Graph): Iterable<Value> {
  yield* graph.inputs;
  for (const node of graph.nodes) {
    yield* node.outputs;
    for (const inner of node.subgraphs()) yield* valuesOf(inner);
  }
}

function schemaIn(context: CheckContext, node: Node): OperatorSchema | undefined {
  const opset = context.imports.get(node.domain);
  return opset === undefined ? undefined : operatorSchema(node.domain, node.op, opset);
}

/** A type that the operator does not take, said as for types that the file declares, or else shapes that do not fit. */
export function reportContradiction(node: Node, found: Problem, context: CheckContext, findings: Findings): void {
  if (found.code === 'declared-type-wrong') {
    findings.add([found], { node });
    return;
  }
  const schema = schemaIn(context, node);
  const types = schema ? [...checkInputTypes(node, schema), ...checkOutputTypes(node, schema)] : [];
  if (types.length > 0) {
    findings.add(types, { node });
    return;
  }
  const reason = (found.details.reason ?? found.message).replace(`${node.operator}: `, '');
  findings.report('shape-mismatch', { node }, { reason }, found.part ?? { kind: 'node' });
}

/** Whether a value is what it is declared as. */
export function checkDeclared(value: Value, declared: ValueType, found: ValueType, findings: Findings): void {
  if (!differ(declared, found)) return;
  const part: Part = { kind: 'output', index: value.outputIndex ?? 0 };
  const details = { value: value.name ?? '', wanted: typeText(declared), found: typeText(found) };
  findings.report('declared-type-wrong', { value, node: value.producer }, details, part);
}

/** Types that are certainly different. Sizes that are no numbers are not compared: exporters name them as they like. */
function differ(a: ValueType, b: ValueType): boolean {
  const keys = [typeKey(a), typeKey(b)];
  if (keys[0] !== undefined && keys[1] !== undefined && keys[0] !== keys[1]) return true;
  if (a.kind !== b.kind) return true;
  switch (a.kind) {
    case 'tensor':
    case 'sparse-tensor':
      return b.kind === a.kind && shapesDiffer(a.shape, b.shape);
    case 'sequence':
    case 'optional':
      return b.kind === a.kind && a.element !== undefined && b.element !== undefined && differ(a.element, b.element);
    case 'map':
      return b.kind === a.kind && a.value !== undefined && b.value !== undefined && differ(a.value, b.value);
    case 'opaque':
      return typeText(a) !== typeText(b);
  }
}

function shapesDiffer(a: Shape | undefined, b: Shape | undefined): boolean {
  if (!a || !b) return false;
  const other = (dim: Dim, k: number) => typeof dim === 'number' && typeof b[k] === 'number' && dim !== b[k];
  return a.length !== b.length || a.some(other);
}
