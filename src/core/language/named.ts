/** What a position of the text names, and every place that names it: for definitions, references, highlights and renaming. */
import { isOnnxDomain, operatorVersions } from '../dialects/onnx/operators.ts';
import type { AttributeSyntax, FunctionSyntax, TypeSyntax } from '../formats/onnxtxt/syntax.ts';
import { calledBy, callsOf, keyOfFunction, sameKey } from './functions.ts';
import {
  allNodes,
  defines,
  definitionIn,
  entryAt,
  type GraphScope,
  mentionsOf,
  moved,
  nodesOf,
  outermost,
  resolve,
  rootScopes,
  scopesWithin,
} from './scopes.ts';
import { type Spot, spotAt } from './spot.ts';
import type { SyntaxDocument } from './syntax-document.ts';
import type { Span, TextPosition } from './text.ts';

export interface Named {
  readonly name: string;
  /** Where the position itself names it. */
  readonly span: Span;
  /** Every place, in the order of the text. */
  readonly places: readonly { readonly span: Span; readonly kind: 'read' | 'write' }[];
  /** Where it gets its name. */
  readonly definition: Span | undefined;
  /** Why it cannot be called so; undefined where it can. */
  taken(name: string): string | undefined;
}

export function namedAt(document: SyntaxDocument, position: TextPosition): Named | undefined {
  const spot = spotAt(document.tree, document.text.offsetAt(position));
  return spot && namedBy(document, spot);
}

function namedBy(document: SyntaxDocument, spot: Spot): Named | undefined {
  switch (spot.kind) {
    case 'node-input':
    case 'node-output':
      return valueNamed(spot, spot.node.scope);
    case 'entry':
      return valueNamed(spot, spot.entry.scope);
    case 'operator': {
      const definition = calledBy(document.tree, spot.node);
      return definition && functionNamed(document, spot, definition);
    }
    case 'function':
      return functionNamed(document, spot, spot.definition);
    case 'function-attribute':
      return attributeNamed(document, spot, spot.definition);
    case 'reference': {
      const { definition } = spot.node.scope;
      return definition && attributeNamed(document, spot, definition);
    }
    case 'attribute': {
      const definition = calledBy(document.tree, spot.node);
      return definition && attributeNamed(document, spot, definition);
    }
    case 'label':
      return labelNamed(document, spot);
    case 'symbol':
      return symbolNamed(spot, spot.scope);
    default:
      return undefined;
  }
}

function valueNamed({ text, span }: Spot, scope: GraphScope): Named {
  const mentions = mentionsOf(scope, text);
  const defined = resolve(scope, text);
  const home = defined?.scope ?? outermost(scope);
  return {
    name: text,
    span,
    places: mentions.map((mention) => ({ span: mention.span, kind: defines(mention) ? 'write' : 'read' })),
    definition: defined?.span,
    taken(name) {
      for (let at: GraphScope | undefined = home; at; at = at.outer) {
        if (definitionIn(at, name)) return takenBy(at);
      }
      for (const inner of scopesWithin(home)) if (definitionIn(inner, name)) return takenBy(inner);
      return undefined;
    },
  };
}

function takenBy({ graph }: GraphScope): string {
  return `the graph '${graph.name?.text ?? ''}' has a value of that name already`;
}

function functionNamed({ tree }: SyntaxDocument, { text, span }: Spot, definition: FunctionSyntax): Named {
  const { name } = definition.graph;
  const own = name && moved(name, definition.start);
  const calls = Array.from(callsOf(tree, definition), ({ node, at }) => node.operator && moved(node.operator.name, at));
  return {
    name: text,
    span,
    places: inOrder(own, calls),
    definition: own,
    taken(wanted) {
      const key = { ...keyOfFunction(definition), name: wanted };
      if (tree.functions.some((other) => other !== definition && sameKey(keyOfFunction(other), key))) {
        return 'the model has a function of that name already';
      }
      const standard = isOnnxDomain(key.domain) && operatorVersions(key.domain, wanted).length > 0;
      return standard ? 'ONNX has an operator of that name' : undefined;
    },
  };
}

/** An attribute of a function: where it is declared, where its body refers to it, and where calls give it. */
function attributeNamed({ tree }: SyntaxDocument, { text, span }: Spot, definition: FunctionSyntax): Named | undefined {
  const declared = definition.attributes?.items ?? [];
  const own = declared.find(({ name }) => name.text === text);
  const places: (Span | undefined)[] = [];
  const [body] = rootScopes({ ...tree, graph: undefined, functions: [definition] });
  for (const scope of body ? scopesWithin(body) : []) {
    for (const { node, at } of nodesOf(scope)) {
      for (const { value } of node.attributes?.items ?? []) {
        if (value?.kind === 'reference' && value.name?.text === text) places.push(moved(value.name, at));
      }
    }
  }
  for (const { node, at } of callsOf(tree, definition)) {
    for (const { name } of node.attributes?.items ?? []) if (name.text === text) places.push(moved(name, at));
  }
  const defined = own && moved(own.name, definition.start);
  const isTaken = ({ name }: AttributeSyntax, wanted: string) => name.text === wanted;
  return {
    name: text,
    span,
    places: inOrder(defined, places),
    definition: defined,
    taken: (wanted) =>
      declared.some((each) => isTaken(each, wanted)) ? 'the function has an attribute of that name already' : undefined,
  };
}

function labelNamed({ tree }: SyntaxDocument, { text, span }: Spot): Named {
  return {
    name: text,
    span,
    places: [{ span, kind: 'write' }],
    definition: span,
    taken(name) {
      for (const { node } of allNodes(tree)) {
        if (node.label?.name.text === name) return 'another node has that name already';
      }
      return undefined;
    },
  };
}

/** A size by its name: it means the same in all of a model's graph, or of a function. */
function symbolNamed({ text, span }: Spot, scope: GraphScope): Named {
  const names = Array.from(symbolsWithin(outermost(scope)));
  const places = names.filter((symbol) => symbol.text === text).map((symbol) => symbol.span);
  return {
    name: text,
    span,
    places: inOrder(undefined, places),
    definition: places.sort((a, b) => a.start - b.start)[0],
    taken: (name) => (names.some((symbol) => symbol.text === name) ? 'another size has that name already' : undefined),
  };
}

function* symbolsWithin(root: GraphScope): Iterable<{ readonly text: string; readonly span: Span }> {
  for (const scope of scopesWithin(root)) {
    const { inputs, outputs, values } = scope.graph;
    for (const block of [inputs, outputs, values]) {
      for (const entry of block?.items ?? []) {
        const { at } = entryAt(scope, entry);
        for (const symbol of symbolsOf(entry.type)) yield { text: symbol.text, span: moved(symbol, at) };
      }
    }
    for (const { node, at } of nodesOf(scope)) {
      for (const { value } of node.attributes?.items ?? []) {
        const type = value && 'word' in value ? value : undefined;
        for (const symbol of symbolsOf(type)) yield { text: symbol.text, span: moved(symbol, at) };
      }
    }
  }
}

function symbolsOf(type: TypeSyntax | undefined): readonly (Span & { readonly text: string })[] {
  switch (type?.kind) {
    case 'tensor':
      return (type.dims?.items ?? []).filter(({ kind }) => kind === 'symbol');
    case 'container':
    case 'map':
      return symbolsOf(type.element);
    default:
      return [];
  }
}

function inOrder(definition: Span | undefined, others: readonly (Span | undefined)[]): Named['places'] {
  const places = others.flatMap((span) => (span ? [{ span, kind: 'read' as const }] : []));
  const all = definition ? [{ span: definition, kind: 'write' as const }, ...places] : places;
  return all.sort((a, b) => a.span.start - b.span.start);
}
