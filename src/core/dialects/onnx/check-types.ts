/** Whether the types and shapes that a file declares are those that follow from its operators. */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Dim, Shape } from '../../ir/shape.ts';
import { typeText, type ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { Part } from '../../problems/part.ts';
import { checkInputTypes } from './check-node.ts';
import type { CheckContext } from './check-operator.ts';
import type { Findings } from './findings.ts';
import { typeKey } from './infer/types.ts';
import { inferModel } from './infer.ts';
import { operatorSchema } from './operators.ts';

/** The inputs and outputs of the model say what they are; those of graphs within need not (onnx/checker.cc, check_value_info). */
export function checkDeclarations(graph: Graph, findings: Findings): void {
  for (const role of ['input', 'output'] as const) {
    for (const value of role === 'input' ? graph.inputs : graph.outputs) {
      const what = missingIn(value.type);
      const name = value.name ?? '';
      const part = { kind: 'value', name, role, graph: graph.name } as const;
      if (what) findings.report('type-missing', { value }, { role, value: name, what }, part);
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
      return type.element ? undefined : 'type of its elements';
    case 'map':
      return type.value ? undefined : 'type of its values';
    case 'opaque':
      return type.name ? undefined : 'name of its opaque type';
  }
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

/** What inference finds against the operators, and against what the file declares. The model's own types are put back. */
export function checkTypes(model: Model, context: CheckContext, findings: Findings): void {
  const declared = new Map<Value, ValueType | undefined>();
  for (const graph of [model.graph, ...model.functions.map((each) => each.graph)]) {
    for (const node of graph.allNodes()) for (const value of node.outputs) declared.set(value, value.type);
  }
  for (const problem of inferModel(model)) {
    findings.list.push({ problem: { ...problem, part: problem.part ?? { kind: 'node' } } });
  }
  checkFoundTypes(model.graph, context, declared, findings);
  for (const [value, type] of declared) {
    if (type && value.type) checkDeclared(value, type, value.type, findings);
    value.type = type;
  }
}

/** Inputs whose types only inference has told. Those that the file declares have been looked at before. */
function checkFoundTypes(
  graph: Graph,
  context: CheckContext,
  declared: ReadonlyMap<Value, ValueType | undefined>,
  findings: Findings,
): void {
  for (const node of graph.allNodes()) {
    const told = node.inputs.some((value) => value && declared.has(value) && !declared.get(value) && value.type);
    if (!told) continue;
    const opset = context.imports.get(node.domain);
    const schema = opset === undefined ? undefined : operatorSchema(node.domain, node.op, opset);
    if (schema) findings.add(checkInputTypes(node, schema), { node });
  }
}

function checkDeclared(value: Value, declared: ValueType, found: ValueType, findings: Findings): void {
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
