/** Puts the bodies of custom operators into an ONNX model as functions, so that any runtime can run them. */
import { formalAt, operatorSchema } from '../dialects/onnx/operators.ts';
import { parseFunctions } from '../formats/onnxtxt/parse.ts';
import { InputError } from '../ir/errors.ts';
import type { FunctionDefinition, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import type { CustomBody, CustomOperator, CustomOperators } from './definition.ts';

/** Functions need IR 8 (onnx.proto, ModelProto.functions). */
const FUNCTIONS_IR_VERSION = 8;

/**
 * Adds a function for each custom operator that the model uses and that has a body, with the functions that the bodies
 * call, and imports their domains. Throws InputError where a body does not parse or does not fit its entry.
 */
export function addCustomFunctions(model: Model, custom: CustomOperators): void {
  const known = new Set(model.functions.map(operatorOf));
  const add = (made: FunctionDefinition, beside: ReadonlyMap<string, FunctionDefinition>) => {
    known.add(operatorOf(made));
    model.functions.push(made);
    for (const [domain, version] of [...made.opsetImports, [made.domain, 1] as const])
      if (!model.opsetImports.has(domain)) model.opsetImports.set(domain, version);
    model.irVersion = Math.max(model.irVersion, FUNCTIONS_IR_VERSION);
    for (const node of made.graph.allNodes()) use(node.operator, beside);
  };
  const use = (operator: string, beside: ReadonlyMap<string, FunctionDefinition>) => {
    if (known.has(operator)) return;
    const definition = custom.named(operator);
    const helper = beside.get(operator);
    if (definition?.body) {
      const { body, others } = bodyOf(definition, definition.body);
      add(body, others);
    } else if (helper) add(helper, beside);
  };
  for (const node of model.graph.allNodes()) use(node.operator, new Map());
  const functions = new Map(model.functions.map((each) => [operatorOf(each), each]));
  for (const node of model.graph.allNodes()) {
    const definition = custom.named(node.operator);
    if (definition?.body) checkLeftOut(node, definition, functions);
  }
}

/**
 * What a call leaves out is absent in the body, too. Throws InputError where the body then hands nothing to an operator that
 * needs it: onnxruntime crashes on such a Sum (1.30), or refuses the model.
 */
function checkLeftOut(
  node: Node,
  definition: CustomOperator,
  functions: ReadonlyMap<string, FunctionDefinition>,
): void {
  const body = functions.get(node.operator);
  if (!body) return;
  definition.inputs.forEach(({ name }, k) => {
    const formal = body.graph.inputs[k];
    const user = node.inputs[k] === undefined && formal ? whoNeeds(formal, body, functions) : undefined;
    if (!user) return;
    const message = `a call leaves out its input ${name}, which the body gives to ${user.operator}, where it must not be missing`;
    throw wrongBody(
      definition,
      message,
      `Give ${name} where only an optional input is, define an operator of its own for calls without it, or give it in all calls.`,
    );
  });
}

/** A node of a function that cannot do without one of the function's inputs. */
function whoNeeds(
  input: Value,
  { graph, opsetImports }: FunctionDefinition,
  functions: ReadonlyMap<string, FunctionDefinition>,
): Node | undefined {
  for (const node of graph.allNodes()) {
    for (const [k, value] of node.inputs.entries()) {
      if (value !== input) continue;
      const called = functions.get(node.operator);
      const inner = called?.graph.inputs[k];
      if (called && inner && whoNeeds(inner, called, functions)) return node;
      const schema = operatorSchema(node.domain, node.op, opsetImports.get(node.domain) ?? 0);
      const kind = schema && formalAt(schema.inputs, k)?.kind;
      if (kind === 'single' || kind === 'variadic') return node;
    }
  }
  return undefined;
}

/** Throws InputError where the body of an operator does not parse or does not fit its entry. */
export function checkBody(definition: CustomOperator): void {
  if (definition.body) bodyOf(definition, definition.body);
}

function operatorOf({ domain, name }: FunctionDefinition): string {
  return domain === '' ? name : `${domain}::${name}`;
}

/** The function that an entry means, under the entry's name, and the others of the same text by operator. */
function bodyOf(definition: CustomOperator, { text, file, name }: CustomBody) {
  const functions = parseFunctions(text, file);
  const wanted = name ?? definition.name;
  const found =
    functions.find((each) => each.name === wanted && each.domain === definition.domain) ??
    functions.find((each) => each.name === wanted) ??
    (functions.length === 1 && name === undefined ? functions[0] : undefined);
  if (!found) throw wrongBody(definition, `${file} holds no function ${wanted}`);
  checkSignature(definition, found);
  const body = { ...found, domain: definition.domain, name: definition.name };
  return { body, others: new Map(functions.map((each) => [operatorOf(each), each])) };
}

function checkSignature(definition: CustomOperator, { graph, attributes }: FunctionDefinition): void {
  for (const [what, entry, body] of [
    ['inputs', definition.inputs.length, graph.inputs.length],
    ['outputs', definition.outputs.length, graph.outputs.length],
  ] as const) {
    if (entry !== body) throw wrongBody(definition, `the entry has ${entry} ${what}, and its body ${body}`);
  }
  const declared = new Set(definition.attributes.map((attribute) => attribute.name));
  const missing = attributes.find((attribute) => !declared.has(attribute));
  if (missing !== undefined)
    throw wrongBody(definition, `the body takes an attribute ${missing}, which the entry does not have`);
}

function wrongBody({ domain, name, inputs, file, line }: CustomOperator, message: string, next?: string): InputError {
  const names = inputs.map((input) => input.name).join(', ');
  return new InputError(
    'file-malformed',
    `the body of ${name} does not fit: ${message}`,
    { file, line },
    next ?? `Begin it with <domain: "${domain}", opset_import: ["" : 17]> ${name} (${names}) => (…) { … }.`,
  );
}
