/**
 * Whether a node calls something that there is: an operator of an imported opset, or a function of the model. This is what
 * an editor asks again for each node that an edit touched: it looks at the node alone, not at the graph around it.
 */
import type { FunctionDefinition, Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import { checkNode } from './check-node.ts';
import {
  type Formal,
  formalAt,
  isOnnxDomain,
  latestOpset,
  onnxDomain,
  operatorNames,
  operatorSchema,
  operatorVersions,
} from './operators.ts';
import { nearestName, suggestionOf } from './spelling.ts';

/** What a node's check depends on beside the node: it changes only when imports or functions do. */
export interface CheckContext {
  /** Domain to version; `''` is ai.onnx. */
  readonly imports: ReadonlyMap<string, number>;
  /** Who imports, in words: `the model`, `the function acme::Act`. */
  readonly importer: string;
  /** The functions of the model by `functionKey`. */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** The function in whose body the node stands. */
  readonly within?: FunctionDefinition | undefined;
}

/** The context of the nodes of a model's graph. */
export function contextOf(model: Model): CheckContext {
  return {
    imports: normalImports(model.opsetImports),
    importer: 'the model',
    functions: new Map(model.functions.map((each) => [functionKey(each.domain, each.name, each.overload), each])),
  };
}

/** The context of the nodes of a function's body. */
export function contextWithin(context: CheckContext, within: FunctionDefinition): CheckContext {
  const importer = `the function ${functionLabel(within)}`;
  return { ...context, imports: normalImports(within.opsetImports), importer, within };
}

function normalImports(imports: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...imports].map(([domain, version]) => [onnxDomain(domain), version]));
}

export function functionKey(domain: string, name: string, overload: string): string {
  return `${onnxDomain(domain)}\0${name}\0${overload}`;
}

/** `Act`, `acme::Act`, `acme::Act:half`. */
export function functionLabel({ domain, name, overload }: FunctionDefinition): string {
  return `${domain ? `${domain}::` : ''}${name}${overload ? `:${overload}` : ''}`;
}

/** The function that a node calls; undefined where it calls none of the model's. */
export function calledFunction(node: Node, context: CheckContext): FunctionDefinition | undefined {
  return context.functions.get(functionKey(node.domain, node.op, node.overload));
}

/** Operators that ONNX 1.0 brought as experiments and took back: they have no schema (onnx/checker.cc). */
const EXPERIMENTS = new Set(
  'ATen Affine ConstantFill Crop DynamicSlice GRUUnit GivenTensorFill ImageScaler ParametricSoftplus Scale ScaledTanh'.split(
    ' ',
  ),
);

/** Every problem of one node that its operator, attributes, arity and known input types show. */
export function checkOperator(node: Node, context: CheckContext): Problem[] {
  if (node.op === '') return [malformed(node, 'A node has no operator')];
  const found = checkReferences(node, context);
  if (node.inputCount === 0 && node.outputs.length === 0) {
    found.push(malformed(node, `${node.operator} has neither inputs nor outputs`));
  }
  return [...found, ...checkCall(node, context)];
}

function malformed(node: Node, reason: string): Problem {
  return problem('node-malformed', node, { reason }, { kind: 'node' });
}

function checkCall(node: Node, context: CheckContext): Problem[] {
  const domain = onnxDomain(node.domain);
  const opset = context.imports.get(domain);
  if (opset === undefined) return [missingImport(node, domain, context)];
  if (domain === '' && EXPERIMENTS.has(node.op)) {
    return [problem('operator-experimental', node, {}, { kind: 'operator' })];
  }
  const schema = operatorSchema(domain, node.op, opset);
  if (schema && !schema.deprecated) return checkNode(node, schema);
  if (schema) return [deprecated(node, domain, opset)];
  const called = calledFunction(node, context);
  if (called) return checkArguments(node, called);
  // Operators of other domains are known to whoever runs them. An import that does not exist is told once, at the import.
  if (!isOnnxDomain(domain) || opset < 1) return [];
  return [notInOpset(node, domain, opset, context)];
}

function missingImport(node: Node, domain: string, context: CheckContext): Problem {
  const details = {
    user: node.operator,
    domain: domain || 'ai.onnx',
    importer: context.importer,
    version: String(versionToImport(node, domain)),
  };
  return problem('opset-missing', node, details, { kind: 'operator' });
}

/** The opset that every runtime of today knows: what an import is given where nothing needs a newer one. */
const USUAL_OPSET = 17;

function versionToImport(node: Node, domain: string): number {
  const [first = 1] = operatorVersions(domain, node.op);
  return domain === '' ? Math.max(USUAL_OPSET, first) : (latestOpset(domain) ?? 1);
}

/** What does the work of operators that ONNX took out. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  Upsample: 'Resize',
  Scatter: 'ScatterElements',
  GroupNormalization: 'GroupNormalization of opset 21',
};

function deprecated(node: Node, domain: string, opset: number): Problem {
  const instead = REPLACEMENTS[node.op];
  const details = {
    opset: opsetName(domain, opset),
    replacement: instead ? `: ${instead} does its work` : '',
    ...(instead && { suggested: instead }),
  };
  return problem('operator-deprecated', node, details, { kind: 'operator' });
}

function notInOpset(node: Node, domain: string, opset: number, { importer }: CheckContext): Problem {
  const [first] = operatorVersions(domain, node.op);
  if (first !== undefined) {
    const details = {
      needed: String(first),
      domain: domain || 'ai.onnx',
      reason: `${importer} imports opset ${opset}`,
    };
    return problem('opset-too-old', node, details, { kind: 'operator' });
  }
  const suggested = nearestOperator(domain, opset, node.op);
  const details = {
    opset: opsetName(domain, opset),
    suggestion: suggestionOf(suggested),
    ...(suggested !== undefined && { suggested }),
  };
  return problem('no-such-operator', node, details, { kind: 'operator' });
}

/** A model misspells the same operators again and again. */
const nearest = new Map<string, string | undefined>();
const MOST_REMEMBERED = 1000;

function nearestOperator(domain: string, opset: number, name: string): string | undefined {
  const key = `${domain}:${opset}:${name}`;
  if (!nearest.has(key)) {
    if (nearest.size >= MOST_REMEMBERED) nearest.clear();
    nearest.set(key, nearestName(name, namesIn(domain, opset)));
  }
  return nearest.get(key);
}

function* namesIn(domain: string, opset: number): Iterable<string> {
  for (const name of operatorNames(domain)) {
    const schema = operatorSchema(domain, name, opset);
    if (schema && !schema.deprecated) yield name;
  }
}

function opsetName(domain: string, opset: number): string {
  return domain === '' ? `ONNX opset ${opset}` : `${domain} version ${opset}`;
}

/** A call gives a function no more than it takes, and no less than the nodes of its body cannot do without. */
function checkArguments(node: Node, { graph, opsetImports }: FunctionDefinition): Problem[] {
  const found: Problem[] = [];
  graph.inputs.forEach((input, index) => {
    const reader = node.input(index) ? undefined : needyReader(input, opsetImports);
    if (!reader) return;
    const reason = `lacks the input ${input.name ?? index}, which ${reader.operator} in the function needs`;
    found.push(problem('wrong-arity', node, { reason }, { kind: 'operator' }));
  });
  const sides = [
    ['input', node.inputCount, graph.inputs.length],
    ['output', node.outputs.length, graph.outputs.length],
  ] as const;
  for (const [kind, count, most] of sides) {
    if (count <= most) continue;
    const reason = `has ${count} ${kind}s, but the function takes at most ${most}`;
    found.push(problem('wrong-arity', node, { reason }, { kind, index: most }));
  }
  return found;
}

/** A node of ONNX that reads an input of a function and cannot be without it. */
function needyReader(input: Value, opsets: ReadonlyMap<string, number>): Node | undefined {
  for (let use = input.firstUse; use; use = use.next) {
    if (use.kind !== 'input') continue;
    const opset = opsets.get(use.node.domain);
    const schema = opset === undefined ? undefined : operatorSchema(use.node.domain, use.node.op, opset);
    if (schema && isNeeded(formalAt(schema.inputs, use.index))) return use.node;
  }
  return undefined;
}

function isNeeded(formal: Formal | undefined): boolean {
  return formal !== undefined && formal.kind !== 'optional';
}

/** An attribute that stands for one of the function's has to be one of the function's. */
function checkReferences(node: Node, { within }: CheckContext): Problem[] {
  const found: Problem[] = [];
  for (const [name, attribute] of node.attributes) {
    if (attribute.type !== 'reference') continue;
    const known =
      within && (within.attributes.includes(attribute.value) || within.attributeDefaults.has(attribute.value));
    if (known) continue;
    const holder = within ? `the function ${functionLabel(within)} does not have` : 'only a function could have';
    const reason = `The attribute ${name} of ${node.operator} refers to '${attribute.value}', which ${holder}`;
    const details = { attribute: name, reason };
    found.push(problem('attribute-malformed', node, details, { kind: 'attribute', name }));
  }
  return found;
}
