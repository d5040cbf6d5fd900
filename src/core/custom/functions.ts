/** Puts the bodies of custom operators into an ONNX model as functions, so that any runtime can run them. */
import { parseFunctions } from '../formats/onnxtxt/parse.ts';
import { InputError } from '../ir/errors.ts';
import type { Model } from '../ir/model.ts';
import type { CustomOperator, CustomOperators } from './definition.ts';

/** Functions need IR 8 (onnx.proto, ModelProto.functions). */
const FUNCTIONS_IR_VERSION = 8;

/**
 * Adds a function for each custom operator that the model uses and that has a body, and the imports of their domains.
 * Throws InputError where a body does not parse or holds no function of the operator's domain and name.
 */
export function addCustomFunctions(model: Model, custom: CustomOperators): void {
  const used = new Set([...model.graph.allNodes()].map((node) => node.operator));
  const known = new Set(model.functions.map(({ domain, name }) => `${domain}::${name}`));
  for (const definition of custom.all) {
    const operator = `${definition.domain}::${definition.name}`;
    if (!definition.body || !used.has(operator) || known.has(operator)) continue;
    for (const made of bodyOf(definition, definition.body)) {
      model.functions.push(made);
      for (const [domain, version] of made.opsetImports) {
        if (!model.opsetImports.has(domain)) model.opsetImports.set(domain, version);
      }
      if (!model.opsetImports.has(made.domain)) model.opsetImports.set(made.domain, 1);
      known.add(`${made.domain}::${made.name}`);
    }
    model.irVersion = Math.max(model.irVersion, FUNCTIONS_IR_VERSION);
  }
}

function bodyOf(definition: CustomOperator, body: NonNullable<CustomOperator['body']>) {
  const functions = parseFunctions(body.text, body.file);
  if (functions.some(({ domain, name }) => domain === definition.domain && name === definition.name)) return functions;
  throw new InputError(
    'file-malformed',
    `the body of ${definition.name} holds no function ${definition.domain}.${definition.name}`,
    { file: definition.file, line: definition.line },
    `Begin it with <domain: "${definition.domain}", opset_import: ["" : 17]> ${definition.name} (…) => (…) { … }.`,
  );
}
