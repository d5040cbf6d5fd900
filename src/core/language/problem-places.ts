/** Where in the text a problem stands: the word that its part names. */
import type { Finding } from '../dialects/onnx/findings.ts';
import { onnxDomain } from '../dialects/onnx/operators.ts';
import { baseOf } from '../formats/onnxtxt/building.ts';
import type { FunctionSyntax, HeaderSyntax, NodeSyntax } from '../formats/onnxtxt/syntax.ts';
import type { Value } from '../ir/value.ts';
import type { FunctionName, Part, ValueRole } from '../problems/part.ts';
import type { LanguageDocument } from './document.ts';
import { keyOfFunction, sameKey } from './functions.ts';
import { allScopes, entryAt, type GraphScope, moved } from './scopes.ts';
import type { Span } from './text.ts';

export function placeOfFinding(document: LanguageDocument, { problem, node, value }: Finding): Span {
  const { part = { kind: 'node' } as const } = problem;
  const placed = node && document.analysis.nodes.get(node);
  if (placed) {
    const base = baseOf(placed) + placed.syntax.start;
    return partOfNode(placed.syntax, part, base);
  }
  const own = part.kind === 'value' && part.role !== 'output' && value ? placeOfValue(document, value) : undefined;
  return own ?? placeOfPart(document, part) ?? startOfText(document);
}

/** Where a value gets its name. */
export function placeOfValue(document: LanguageDocument, value: Value): Span | undefined {
  const placed = document.analysis.nameOf(value);
  return placed && moved(placed.syntax, baseOf(placed));
}

/** The part of a node that starts at `base`. */
export function partOfNode(node: NodeSyntax, part: Part, base: number): Span {
  return moved(partWithin(node, part) ?? headOf(node), base);
}

function partWithin({ operator, attributes, inputs, outputs }: NodeSyntax, part: Part): Span | undefined {
  switch (part.kind) {
    case 'operator':
      return operator;
    case 'attribute':
      return attributes?.items.find(({ name }) => name.text === part.name)?.name ?? operator;
    case 'input':
      return shown(inputs?.names[part.index]) ?? inputs;
    case 'output':
      return shown(outputs[part.index]) ?? operator;
    default:
      return undefined;
  }
}

/** A name that is left out cannot be marked. */
function shown(span: Span | undefined): Span | undefined {
  return span && span.end > span.start ? span : undefined;
}

/** What tells a node apart: from its first word to its operator. */
function headOf({ head, length, operator }: NodeSyntax): Span {
  return { start: head, end: operator?.end ?? length };
}

/** A part of the model that is no node. */
export function placeOfPart(document: LanguageDocument, part: Part): Span | undefined {
  const { tree } = document;
  switch (part.kind) {
    case 'opset-import': {
      const definition = part.function && functionNamed(document, part.function);
      const found = definition
        ? headerPlace(definition.header, definition.start, part.domain)
        : headerPlace(tree.header, 0, part.domain);
      return found ?? (definition ? functionPlace(definition) : undefined);
    }
    case 'value':
      return valuePlace(document, part.name, part.role, part.graph);
    case 'function': {
      const definition = functionNamed(document, part.function);
      return definition && functionPlace(definition);
    }
    case 'graph': {
      const scope = scopeNamed(document, part.name);
      return scope?.graph.name && moved(scope.graph.name, scope.base);
    }
    default:
      return undefined;
  }
}

function headerPlace(header: HeaderSyntax | undefined, base: number, domain: string): Span | undefined {
  if (!header) return undefined;
  for (const { key, value } of header.entries) {
    if (key.text !== 'opset_import') continue;
    const pairs = value?.kind === 'pairs' ? value.pairs : [];
    const pair = pairs.find((each) => onnxDomain(each.key.text) === onnxDomain(domain));
    return moved(pair ?? key, base + header.start);
  }
  return undefined;
}

function functionNamed({ tree }: LanguageDocument, wanted: FunctionName): FunctionSyntax | undefined {
  return tree.functions.find((definition) => sameKey(keyOfFunction(definition), wanted));
}

function functionPlace({ graph, start, length }: FunctionSyntax): Span {
  return graph.name ? moved(graph.name, start) : { start, end: start + length };
}

function valuePlace(document: LanguageDocument, name: string, role: ValueRole, graph: string): Span | undefined {
  for (const scope of allScopes(document.tree)) {
    if ((scope.graph.name?.text ?? '') !== graph) continue;
    const { inputs, outputs, values } = scope.graph;
    const block = { input: inputs, output: outputs, initializer: values, 'value-info': values }[role];
    const entry = block?.items.find((each) => each.name?.text === name);
    if (entry?.name) return moved(entry.name, entryAt(scope, entry).at);
  }
  return undefined;
}

function scopeNamed({ tree }: LanguageDocument, name: string): GraphScope | undefined {
  for (const scope of allScopes(tree)) if ((scope.graph.name?.text ?? '') === name) return scope;
  return undefined;
}

/** Where what is wrong with the model as a whole is told: at its header, else at the name of its graph. */
function startOfText({ tree, text }: LanguageDocument): Span {
  const first = tree.header ?? tree.graph?.name;
  const start = first?.start ?? 0;
  const end = tree.graph?.name && !tree.header ? tree.graph.name.end : start + 1;
  return { start, end: Math.min(end, text.length) };
}
