/**
 * Whether the functions of a model can be written out where they are called: each once, none by way of itself, and at
 * opsets that agree with the model's (onnx/checker.cc, check_model_local_functions; ONNX IR specification, "Functions").
 */
import type { Graph } from '../../ir/graph.ts';
import type { FunctionDefinition, Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { type CheckContext, calledFunction, contextWithin, functionKey, functionLabel } from './check-operator.ts';
import type { Findings } from './findings.ts';
import { operatorSchema } from './operators.ts';

/** As many as onnx takes. */
const MOST_FUNCTIONS = 10_000;
const DEEPEST_CALLS = 100;

export function checkFunctions(model: Model, context: CheckContext, findings: Findings): void {
  if (model.functions.length === 0) return;
  if (model.functions.length > MOST_FUNCTIONS) {
    const reason = `it has ${model.functions.length} functions, more than the ${MOST_FUNCTIONS} that tools take`;
    findings.report('invalid-model', {}, { reason }, { kind: 'header' });
  }
  const seen = new Set<string>();
  const imports = importsOfAll(model, context);
  for (const definition of model.functions) {
    const key = functionKey(definition.domain, definition.name, definition.overload);
    if (seen.has(key)) malformed(definition, 'is defined twice', findings);
    seen.add(key);
    checkSignature(definition, findings);
    for (const node of definition.graph.nodes) checkOpset(node, definition, imports, findings);
  }
  checkCalls(model, context, findings);
}

function checkSignature(definition: FunctionDefinition, findings: Findings): void {
  if (definition.name === '') malformed(definition, 'has no name', findings);
  for (const [name, { type }] of definition.attributeDefaults) {
    if (type === 'reference')
      malformed(definition, `has a default for ${name} that refers to another attribute`, findings);
  }
  const output = repeated(definition.graph.outputs);
  if (output) malformed(definition, `gives its output '${output.name ?? ''}' twice`, findings);
  const attribute = repeated([...definition.attributes, ...definition.attributeDefaults.keys()]);
  if (attribute !== undefined) malformed(definition, `has the attribute ${attribute} twice`, findings);
}

function repeated<T>(items: readonly T[]): T | undefined {
  const seen = new Set<T>();
  return items.find((item) => seen.size === seen.add(item).size);
}

/** What the model imports, and for other domains what the first function does that imports them. */
function importsOfAll(model: Model, context: CheckContext): ReadonlyMap<string, number> {
  const imports = new Map(context.imports);
  for (const definition of model.functions) {
    for (const [domain, version] of contextWithin(context, definition).imports) {
      if (!imports.has(domain)) imports.set(domain, version);
    }
  }
  return imports;
}

/** A function may be of another opset than the model, as long as the operators in it are the same in both. */
function checkOpset(
  node: Node,
  definition: FunctionDefinition,
  imports: ReadonlyMap<string, number>,
  findings: Findings,
): void {
  const version = definition.opsetImports.get(node.domain);
  const other = imports.get(node.domain);
  if (version === undefined || other === undefined || version === other) return;
  const own = operatorSchema(node.domain, node.op, version);
  const models = operatorSchema(node.domain, node.op, other);
  // An operator that the function's own opset lacks is told at the node.
  if (!own || own.since === models?.since) return;
  const details = {
    function: functionLabel(definition),
    domain: node.domain || 'ai.onnx',
    version: String(version),
    other: String(other),
  };
  findings.report('function-opset', { node }, details, { kind: 'operator' });
}

/** A function on the way down from the one that the walk has started at. */
interface Call {
  readonly definition: FunctionDefinition;
  readonly calls: readonly FunctionDefinition[];
  next: number;
}

/** Functions that call themselves, and chains of calls that are too long. Each function is walked through once. */
function checkCalls(model: Model, context: CheckContext, findings: Findings): void {
  const done = new Set<FunctionDefinition>();
  const path: Call[] = [];
  const open = new Set<FunctionDefinition>();
  const enter = (definition: FunctionDefinition) => {
    open.add(definition);
    path.push({ definition, calls: callsOf(definition.graph, context), next: 0 });
  };
  for (const start of model.functions) {
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const called = top.calls[top.next++];
      if (!called) {
        path.pop();
        open.delete(top.definition);
        done.add(top.definition);
      } else if (open.has(called)) {
        reportRecursion(called, path, findings);
      } else if (!done.has(called)) {
        if (path.length < DEEPEST_CALLS) enter(called);
        else malformed(called, `is called more than ${DEEPEST_CALLS} functions deep`, findings);
      }
    }
  }
}

function reportRecursion(called: FunctionDefinition, path: readonly Call[], findings: Findings): void {
  const from = path.findIndex(({ definition }) => definition === called);
  const between = path.slice(from + 1).map(({ definition }) => functionLabel(definition));
  const reason = between.length === 0 ? '' : ` by way of ${between.join(', ')}`;
  const name = nameOf(called);
  findings.report(
    'function-recursive',
    {},
    { function: functionLabel(called), reason },
    { kind: 'function', function: name },
  );
}

/** The functions that a body calls, also from graphs within, each once. */
function callsOf(graph: Graph, context: CheckContext): FunctionDefinition[] {
  const called = new Set<FunctionDefinition>();
  for (const node of graph.allNodes()) {
    const found = calledFunction(node, context);
    if (found) called.add(found);
  }
  return [...called];
}

function malformed(definition: FunctionDefinition, reason: string, findings: Findings): void {
  const details = { function: functionLabel(definition), reason };
  findings.report('function-malformed', {}, details, { kind: 'function', function: nameOf(definition) });
}

function nameOf({ domain, name, overload }: FunctionDefinition) {
  return { domain, name, overload };
}
