/**
 * Whether an ONNX model is valid: operators known at their opsets, arity, attributes, types, names, order. All that is
 * wrong is reported at once. Rules: the ONNX IR specification and the operator schemas.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { type Shape, sameShape } from '../../ir/shape.ts';
import { typeText, type ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import { checkNode } from './check-node.ts';
import { typeKey } from './infer/types.ts';
import { inferModel } from './infer.ts';
import { isOnnxDomain, LATEST_OPSET, onnxDomain, operatorSchema, operatorVersions } from './operators.ts';

type Imports = ReadonlyMap<string, number>;

/** Every problem of a model in the ONNX dialect; empty for a valid one. The model stays as it is. */
export function checkOnnx(model: Model): Problem[] {
  const imports = normalImports(model.opsetImports);
  const problems = [
    ...checkImports(imports),
    ...checkGraph(model, model.graph, imports, new Set()),
    ...model.functions.flatMap((each) => checkGraph(model, each.graph, normalImports(each.opsetImports), new Set())),
  ];
  // Shapes of a model that is malformed say nothing more.
  return problems.length > 0 ? problems : checkTypes(model);
}

function normalImports(imports: Imports): Map<string, number> {
  return new Map([...imports].map(([domain, version]) => [onnxDomain(domain), version]));
}

function checkImports(imports: Imports): Problem[] {
  const opset = imports.get('');
  if (opset === undefined || (opset >= 1 && opset <= LATEST_OPSET)) return [];
  return [invalid(undefined, `it imports opset ${opset}; the newest known one is ${LATEST_OPSET}`)];
}

function checkGraph(model: Model, graph: Graph, imports: Imports, around: ReadonlySet<Value>): Problem[] {
  const problems: Problem[] = [];
  const defined = new Set(around);
  const names = new Map<string, Value>();
  const define = (value: Value, node?: Node) => {
    defined.add(value);
    if (!value.name) return;
    const before = names.get(value.name);
    if (before && before !== value) problems.push(invalid(node, `the name '${value.name}' is given twice`));
    names.set(value.name, value);
  };
  for (const value of [...graph.inputs, ...graph.initializers]) define(value);
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input && !defined.has(input)) {
        problems.push(invalid(node, `${labelOf(node)} reads '${input.name ?? ''}' before anything defines it`));
      }
    }
    problems.push(...checkOperator(model, node, imports));
    for (const inner of node.subgraphs()) problems.push(...checkGraph(model, inner, imports, defined));
    for (const output of node.outputs) define(output, node);
  }
  for (const output of graph.outputs) {
    if (!defined.has(output)) problems.push(invalid(undefined, `the output '${output.name ?? ''}' is not defined`));
  }
  return problems;
}

function checkOperator(model: Model, node: Node, imports: Imports): Problem[] {
  const domain = onnxDomain(node.domain);
  if (isFunctionCall(model, node)) return [];
  const opset = imports.get(domain);
  if (opset === undefined) {
    return [
      invalid(node, `${labelOf(node)} is of the domain '${domain || 'ai.onnx'}', which the model does not import`),
    ];
  }
  if (!isOnnxDomain(domain)) return [];
  const schema = operatorSchema(domain, node.op, opset);
  if (schema && !schema.deprecated) return checkNode(node, schema);
  const [first] = operatorVersions(domain, node.op);
  if (schema || first === undefined)
    return [problem('unsupported-operator', node, { target: targetName(domain, opset) })];
  return [problem('opset-too-old', node, { needed: String(first), reason: `the model imports opset ${opset}` })];
}

function isFunctionCall(model: Model, node: Node): boolean {
  return model.functions.some((each) => each.name === node.op && each.domain === node.domain);
}

function targetName(domain: string, opset: number): string {
  return domain === '' ? `ONNX opset ${opset}` : `${domain} version ${opset}`;
}

/** What inference finds against what the file declares; the declared types are put back. */
function checkTypes(model: Model): Problem[] {
  const declared = new Map<Value, ValueType | undefined>();
  for (const node of model.graph.allNodes()) for (const value of node.outputs) declared.set(value, value.type);
  const problems = inferModel(model);
  for (const [value, before] of declared) {
    const clash = before && value.type ? typeClash(before, value.type) : undefined;
    if (clash) problems.push(invalid(value.producer, `'${value.name ?? ''}' is declared as ${clash}`));
    value.type = before;
  }
  return problems;
}

function typeClash(declared: ValueType, found: ValueType): string | undefined {
  const keys = [typeKey(declared), typeKey(found)];
  const different = keys[0] !== undefined && keys[1] !== undefined && keys[0] !== keys[1];
  const [a, b] = [shapeOf(declared), shapeOf(found)];
  return different || sameShape(a, b) === false ? `${typeText(declared)}, but is ${typeText(found)}` : undefined;
}

function shapeOf(type: ValueType): Shape | undefined {
  return type.kind === 'tensor' ? type.shape : undefined;
}

function labelOf(node: Node): string {
  return node.name ? `${node.operator} '${node.name}'` : node.operator;
}

function invalid(node: Node | undefined, reason: string): Problem {
  return problem('invalid-model', node, { reason });
}
