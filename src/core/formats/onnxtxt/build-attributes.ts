/** Attributes out of their syntax: `axis = 1`, `pads: ints = []`, `value = float[2] {1, 2}`, `alpha: float = @alpha`. */
import type { Attribute, AttributeType } from '../../ir/attribute.ts';
import { isDataType } from '../../ir/dtype.ts';
import type { GraphLinker } from '../onnx/link.ts';
import { buildConstant, buildSparse, buildType, bytesOf } from './build-values.ts';
import type { Building } from './building.ts';
import { attributeTypeOf, graphWord, integerOf, numberOf } from './names.ts';
import { describedAttribute, type Note, tensorInfo } from './notes.ts';
import type {
  AttributeSyntax,
  GraphSyntax,
  ListSyntax,
  LiteralSyntax,
  NameSyntax,
  Span,
  ValueSyntax,
} from './syntax.ts';

/** An attribute with the graphs that it holds, whose names are still open. */
export interface BuiltAttribute {
  readonly attribute: Attribute;
  readonly linkers: readonly GraphLinker[];
}

/** Builds a subgraph: given by the builder of graphs. */
export type BuildSubgraph = (building: Building, graph: GraphSyntax) => GraphLinker;

const LIST_OF = {
  float: 'floats',
  int: 'ints',
  string: 'strings',
  tensor: 'tensors',
  graph: 'graphs',
  'value-type': 'value-types',
  'sparse-tensor': 'sparse-tensors',
  bool: 'bools',
} as const satisfies Partial<Record<Attribute['type'], Attribute['type']>>;

type SingleType = keyof typeof LIST_OF;

const SINGLE_OF = new Map<string, SingleType>(
  (Object.keys(LIST_OF) as SingleType[]).map((single) => [LIST_OF[single], single]),
);

/** Undefined where there is no value, or none that fits. */
export function buildAttribute(
  building: Building,
  syntax: AttributeSyntax,
  note: Note | undefined,
  subgraph: BuildSubgraph,
): BuiltAttribute | undefined {
  const declared = syntax.type && declaredType(building, syntax.type);
  if (!syntax.value || (syntax.type && !declared)) return undefined;
  const built = buildValue(building, syntax, syntax.value, declared, note, subgraph);
  return built && { ...built, attribute: describedAttribute(built.attribute, note) };
}

type Declared = AttributeType | 'bool' | 'bools' | 'dtype' | 'none';

/** The types that only PyTorch has are words of their own, for graphs of that dialect. */
function declaredType(building: Building, word: NameSyntax): Declared | undefined {
  const { text } = word;
  const known = attributeTypeOf(text);
  if (known) return known;
  const torch = building.dialect !== 'onnx';
  if (torch && (text === 'bool' || text === 'bools' || text === 'dtype' || text === 'none')) return text;
  building.unexpected(word, 'an attribute type');
  return undefined;
}

function buildValue(
  building: Building,
  syntax: AttributeSyntax,
  value: ValueSyntax,
  declared: Declared | undefined,
  note: Note | undefined,
  subgraph: BuildSubgraph,
): BuiltAttribute | undefined {
  if (declared === 'none' || declared === 'dtype') return buildWord(building, value, declared);
  if (value.kind === 'reference') {
    if (declared && declared !== 'bool' && declared !== 'bools') {
      return { attribute: { type: 'reference', value: value.name?.text ?? '', of: declared }, linkers: [] };
    }
    building.fault(behindName(building, syntax), 'a reference needs its type: write `name: int = @other`');
    return undefined;
  }
  if (value.kind === 'list') return buildList(building, syntax, value, declared, note, subgraph);
  if (declared && SINGLE_OF.has(declared)) {
    building.unexpected(value, `'[' of a list of ${declared}`);
    return undefined;
  }
  const item = buildItem(building, value, declared as SingleType | undefined, note, subgraph);
  if (!item) return undefined;
  if (declared && declared !== item.type) {
    const message = `this attribute is said to be ${declared}, but its value is ${item.type}`;
    building.fault(behindName(building, syntax), message);
    return undefined;
  }
  const attribute = { type: item.type, value: item.value } as Attribute;
  return { attribute, linkers: item.linker ? [item.linker] : [] };
}

/** What stands behind the name of an attribute. */
function behindName(building: Building, { name, value, end }: AttributeSyntax): Span {
  const rest = building.text.slice(building.base + name.end, building.base + end + 1);
  return { start: name.end + rest.search(/\S/), end: value?.end ?? end };
}

function buildWord(building: Building, value: ValueSyntax, declared: 'none' | 'dtype'): BuiltAttribute | undefined {
  const word = building.textOf(value);
  if (declared === 'none' && word === 'none') return { attribute: { type: 'none', value: undefined }, linkers: [] };
  if (declared === 'dtype' && isDataType(word)) return { attribute: { type: 'dtype', value: word }, linkers: [] };
  building.unexpected(value, declared === 'none' ? `'none'` : 'an element type such as float32');
  return undefined;
}

function buildList(
  building: Building,
  syntax: AttributeSyntax,
  list: ListSyntax,
  declared: Declared | undefined,
  note: Note | undefined,
  subgraph: BuildSubgraph,
): BuiltAttribute | undefined {
  let single = declared && SINGLE_OF.get(declared);
  if (declared && !single) {
    building.unexpected(list, `one value of type ${declared}`);
    return undefined;
  }
  const items: Item[] = [];
  let k = 0;
  for (const value of list.items) {
    const tensor = note?.tensors?.[k++];
    const item = buildItem(building, value, single, tensor && { tensor }, subgraph);
    if (!item) return undefined;
    single ??= item.type;
    if (item.type !== single) {
      building.unexpected(value, `another ${single}`);
      return undefined;
    }
    items.push(item);
  }
  if (!single) {
    building.fault(behindName(building, syntax), 'an empty list needs its type: write `name: ints = []`');
    return undefined;
  }
  const attribute = { type: LIST_OF[single], value: items.map((item) => item.value) } as Attribute;
  return { attribute, linkers: items.flatMap((item) => item.linker ?? []) };
}

/** One value and its type, as it stands alone or in a list. */
interface Item {
  readonly type: SingleType;
  readonly value: unknown;
  readonly linker?: GraphLinker;
}

function buildItem(
  building: Building,
  value: ValueSyntax,
  wanted: SingleType | undefined,
  note: Note | undefined,
  subgraph: BuildSubgraph,
): Item | undefined {
  switch (value.kind) {
    case 'list':
    case 'reference':
      building.unexpected(value, 'one value');
      return undefined;
    case 'tensor-value': {
      const info = tensorInfo(note?.tensor, value.name?.text ?? note?.name);
      const type = buildType(building, value.type);
      const tensor = value.data && buildConstant(building, type, value.data, info, value);
      return tensor && { type: 'tensor', value: tensor };
    }
    case 'sparse-value': {
      const sparse = buildSparse(building, value.type, value.data, tensorInfo(note?.tensor, value.name?.text));
      return sparse && { type: 'sparse-tensor', value: sparse };
    }
    case 'graph-value': {
      const linker = subgraph(building, value.graph);
      if (note?.name !== undefined && graphWord(note.name) === linker.graph.name) linker.graph.name = note.name;
      return { type: 'graph', value: linker.graph, linker };
    }
    case 'integer':
    case 'float':
    case 'string':
    case 'bytes':
    case 'word':
      return buildLiteral(building, value, wanted);
    default:
      return { type: 'value-type', value: buildType(building, value) };
  }
}

function buildLiteral(building: Building, literal: LiteralSyntax, wanted: SingleType | undefined): Item | undefined {
  const { kind, text } = literal;
  if (kind === 'string') return { type: 'string', value: text };
  if (kind === 'bytes') return { type: 'string', value: bytesOf(building, text, literal) };
  if (kind === 'integer' && wanted !== 'float') {
    const value = integerOf(text);
    if (value !== undefined && BigInt.asIntN(64, value) === value) return { type: 'int', value };
    building.unexpected(literal, 'an integer of at most 64 bits');
    return undefined;
  }
  const number = numberOf(text);
  // Files hold float attributes in 32 bits, so that is what the text means; PyTorch's are of 64.
  if (number !== undefined) {
    return { type: 'float', value: building.dialect === 'onnx' ? Math.fround(number) : number };
  }
  if (building.dialect !== 'onnx' && (text === 'true' || text === 'false')) {
    return { type: 'bool', value: text === 'true' };
  }
  // The type of an attribute that has none.
  if (wanted === 'value-type' && text === 'none') return { type: 'value-type', value: undefined };
  building.unexpected(literal, 'a value');
  return undefined;
}
