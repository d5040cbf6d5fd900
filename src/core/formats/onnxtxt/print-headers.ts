/** The headers of models and functions, and the names of operators, as ONNX text. */
import type { FunctionDefinition, Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import { dottedText, quoted, wordText } from './names.ts';

export function modelHeader(model: Model): string[] {
  const entries: string[] = [];
  const text = (key: string, value: string) => {
    if (value !== '') entries.push(`${key}: ${quoted(value)}`);
  };
  if (model.dialect !== 'onnx') text('dialect', model.dialect);
  if (model.irVersion > 0) entries.push(`ir_version: ${model.irVersion}`);
  if (model.opsetImports.size > 0) entries.push(`opset_import: ${opsetsText(model.opsetImports)}`);
  text('producer_name', model.producerName);
  text('producer_version', model.producerVersion);
  text('domain', model.domain);
  if (model.modelVersion !== 0n) entries.push(`model_version: ${model.modelVersion}`);
  text('doc_string', model.doc);
  if (model.metadata.size > 0) {
    const pairs = Array.from(model.metadata, ([key, value]) => `${quoted(key)} : ${quoted(value)}`);
    entries.push(`metadata_props: [${pairs.join(', ')}]`);
  }
  return entries;
}

export function functionHeader(definition: FunctionDefinition): string[] {
  const entries = [`domain: ${quoted(definition.domain)}`];
  if (definition.overload !== '') entries.push(`overload: ${quoted(definition.overload)}`);
  entries.push(`opset_import: ${opsetsText(definition.opsetImports)}`);
  if (definition.doc) entries.push(`doc_string: ${quoted(definition.doc)}`);
  return entries;
}

function opsetsText(opsets: ReadonlyMap<string, number>): string {
  return `[${Array.from(opsets, ([domain, version]) => `${quoted(domain)} : ${version}`).join(', ')}]`;
}

export function operatorText(node: Node): string {
  const domain = node.domain === '' ? '' : `${dottedText(node.domain)}.`;
  return `${domain}${wordText(node.op)}${node.overload === '' ? '' : `:${wordText(node.overload)}`}`;
}
