/** What an operator of the text is: one of ONNX at the imported opset, a function of the model, or a custom operator. */
import type { CustomOperator } from '../custom/definition.ts';
import {
  isOnnxDomain,
  type OperatorSchema,
  onnxDomain,
  operatorSchema,
  operatorVersions,
} from '../dialects/onnx/operators.ts';
import type { OperatorSyntax } from '../formats/onnxtxt/syntax.ts';
import type { FunctionDefinition } from '../ir/model.ts';
import { type FunctionKey, keyOfOperator } from './functions.ts';
import type { GraphScope } from './scopes.ts';
import type { TypedDocument } from './syntax-document.ts';

export type KnownOperator =
  | { readonly kind: 'schema'; readonly schema: OperatorSchema; readonly opset: number }
  | { readonly kind: 'function'; readonly definition: FunctionDefinition }
  | { readonly kind: 'custom'; readonly operator: CustomOperator };

/** Undefined where nothing is known of it at the opset that is imported. */
export function operatorOf(
  document: TypedDocument,
  scope: GraphScope,
  syntax: OperatorSyntax,
): KnownOperator | undefined {
  return operatorNamed(document, scope, keyOfOperator(syntax));
}

export function operatorNamed(document: TypedDocument, scope: GraphScope, key: FunctionKey): KnownOperator | undefined {
  const definition = document.functionOf(key);
  if (definition) return { kind: 'function', definition };
  const opset = opsetOf(document, scope, key.domain);
  const schema = opset === undefined ? undefined : operatorSchema(key.domain, key.name, opset);
  if (schema && opset !== undefined) return { kind: 'schema', schema, opset };
  const operator = document.custom.named(`${key.domain}::${key.name}`);
  return operator && { kind: 'custom', operator };
}

/** The version of a domain that a graph imports. */
export function opsetOf(document: TypedDocument, scope: GraphScope, domain: string): number | undefined {
  const imports = document.importsOf(scope);
  return imports.get(domain) ?? (onnxDomain(domain) === '' ? (imports.get('') ?? imports.get('ai.onnx')) : undefined);
}

/** The opsets in which ONNX has an operator of that name, where it has not at the one that is imported. */
export function otherVersions(domain: string, name: string): readonly number[] {
  return isOnnxDomain(domain) ? operatorVersions(domain, name) : [];
}
