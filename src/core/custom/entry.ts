/** Drafts entries of graphwright.ops.json from what a graph knows of a node or a module. */
import { schemaOf, takesInputs } from '../dialects/aten/schemas.ts';
import type { Attribute } from '../ir/attribute.ts';
import type { DataType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { isStatic } from '../ir/shape.ts';
import type { Value } from '../ir/value.ts';
import type { CustomAttributeType, CustomOperator } from './definition.ts';
import { type DraftEntry, pascalCase } from './draft-entry.ts';
import type { OpsEntry } from './ops-file.ts';

/** In the metadata of a node of an unknown operator: the names that the file gives its inputs, with spaces between. */
export const INPUT_NAMES = 'input_names';

export interface DraftOptions {
  /** The rules for the outputs, where the user gave them. */
  readonly shapes?: readonly string[];
  /** Whether the file itself records shapes; else those of the graph come from rules that a custom operator has not. */
  readonly recordsShapes?: boolean;
  /** The entry that the node was made by, where it was: its names stay. */
  readonly before?: CustomOperator | undefined;
}

/** An entry filled from a node of the source graph: its operator, as many inputs and outputs as it has, its attributes. */
export function draftEntry(node: Node, options: DraftOptions = {}): DraftEntry {
  const { before } = options;
  const attributes = [...node.attributes].flatMap(([name, attribute]) => {
    const type = DECLARED[attribute.type];
    return type ? [[name, { type }] as const] : [];
  });
  const made = {
    name: before?.name ?? pascalCase(node.op),
    domain: before?.domain ?? domainFor(node.domain),
    for: sourceOf(before) ?? { operator: node.operator },
    attributes: Object.fromEntries(attributes),
  };
  const names = before?.inputs.length === node.inputCount ? before.inputs.map((each) => each.name) : inputNamesOf(node);
  const inputs = names.map((name, k) => (node.input(k) ? name : { name, optional: true as const }));
  return draft(made, inputs, node.outputs, options, node.input(0)?.dtype);
}

/** A node of an entry that was made by another way than the node's operator. */
function sourceOf(before: CustomOperator | undefined): OpsEntry['for'] | undefined {
  if (before?.standsFor.kind === 'module') return { module: before.standsFor.className };
  return before?.standsFor.kind === 'function' ? { function: before.standsFor.python } : undefined;
}

/** Operators of PyTorch itself go where PyTorch's own exporter puts those that ONNX does not have. */
function domainFor(namespace: string): string {
  return namespace === 'aten' || namespace === 'prim' ? `org.pytorch.${namespace}` : namespace || 'custom';
}

/** The names that the source gives the inputs; letters where it gives none. */
function inputNamesOf(node: Node): string[] {
  const recorded = node.metadata.get(INPUT_NAMES)?.split(' ') ?? namesBySchema(node);
  const usable = recorded.length === node.inputCount && recorded.every((name) => /^[A-Za-z_]\w*$/.test(name));
  // A file that names no arguments has them by position.
  return usable && !recorded.some((name) => /^argument_\d+$/.test(name)) ? recorded : letters(node.inputCount);
}

function namesBySchema(node: Node): string[] {
  const schema = node.domain === 'aten' ? schemaOf(node) : undefined;
  return (schema?.arguments ?? []).flatMap((argument) => {
    if (!takesInputs(argument)) return [];
    const name = argument.name === 'self' ? 'x' : argument.name;
    const count = argument.type.list ? Number(node.int(argument.name, 0n)) : undefined;
    return count === undefined ? [name] : Array.from({ length: count }, (_, k) => `${name}_${k}`);
  });
}

/**
 * An entry for the class of a module around a node: its inputs are the tensors that the module reads, then its own
 * parameters by name; its outputs are what others read of it. Undefined where no module of that path is around the node.
 */
export function draftModuleEntry(node: Node, path: string, options: DraftOptions = {}): DraftEntry | undefined {
  const className = node.scope.find((entry) => entry.path === path)?.type;
  const graph = node.graph;
  if (className === undefined || !graph) return undefined;
  const within = new Set([...graph.nodes].filter((each) => each.scope.some((entry) => entry.path === path)));
  const read = new Set([...within].flatMap((each) => each.inputs.filter((value) => value !== undefined)));
  const entering = [...read].filter((value) => !value.constant && !(value.producer && within.has(value.producer)));
  const own = [...read].flatMap((value) => ownName(value, path) ?? []);
  const leaving = [...within].flatMap((each) => each.outputs.filter((value) => isReadOutside(value, within)));
  const parts = className.split('.');
  const made = {
    name: pascalCase(parts.at(-1) ?? className),
    domain: parts.length > 1 ? (parts[0] ?? '') : 'custom',
    for: { module: className },
    attributes: {},
  };
  return draft(made, [...letters(entering.length), ...own], leaving, options, entering[0]?.dtype);
}

/** The name of a module's own parameter, or of one of a module in it: `conv_weight` of `stage1.conv.weight`. */
function ownName(value: Value, path: string): string | undefined {
  const inside = value.constant && value.name?.startsWith(`${path}.`) ? value.name.slice(path.length + 1) : undefined;
  const name = inside?.replace(/\./g, '_');
  return name !== undefined && /^[A-Za-z_]\w*$/.test(name) ? name : undefined;
}

function isReadOutside(value: Value, within: ReadonlySet<Node>): boolean {
  return value.isGraphOutput || [...value.users].some((user) => !within.has(user));
}

/** The entry, with rules for its outputs as far as the graph knows them. */
export function draft(
  made: Pick<OpsEntry, 'name' | 'domain' | 'for' | 'attributes'>,
  inputs: OpsEntry['inputs'],
  outputs: readonly Value[],
  { shapes = [], recordsShapes = true, before }: DraftOptions,
  firstType: DataType | undefined,
): DraftEntry {
  const recorded = recordsShapes && outputs.every((value) => value.shape !== undefined && isStatic(value.shape));
  const [first] = inputs.map(inputName);
  const named = before?.outputs.length === outputs.length ? before.outputs.map((each) => each.name) : undefined;
  return {
    entry: {
      ...made,
      inputs,
      outputs: outputs.map((value, k) => ({
        name: named?.[k] ?? (outputs.length === 1 ? 'y' : `y${k}`),
        dtype: typeFor(value, firstType, first),
        ...shapeField(shapes[k] ?? (recorded ? undefined : first)),
      })),
    },
    needsShape: !recorded,
  };
}

/** The type of the first input, unless the graph knows that the output has another. */
function typeFor({ dtype }: Value, firstType: DataType | undefined, first: string | undefined): string {
  return first !== undefined && (dtype === undefined || dtype === firstType) ? first : (dtype ?? 'float32');
}

/** What an entry stands for, by its name in the source. */
export function sourceText({ for: source }: OpsEntry): string {
  if ('module' in source) return source.module;
  if ('layer' in source) return source.layer;
  return 'function' in source ? source.function : source.operator;
}

/** The name of an input of an entry. */
export function inputName(input: OpsEntry['inputs'][number]): string {
  return typeof input === 'string' ? input : input.name;
}

function shapeField(rule: string | undefined): { shape?: string | readonly string[] } {
  if (rule === undefined || rule.trim() === '') return {};
  const list = /^\s*\[(.*)\]\s*$/.exec(rule);
  return { shape: list?.[1] === undefined ? rule.trim() : splitTopLevel(list[1]) };
}

/** Splits at the commas that stand outside brackets. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of text) {
    if ('(['.includes(character)) depth++;
    if (')]'.includes(character)) depth--;
    if (character === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  return part.trim() === '' ? parts : [...parts, part.trim()];
}

function letters(count: number): string[] {
  const few = ['x', 'y', 'z'];
  if (count === 1) return ['x'];
  return Array.from({ length: count }, (_, k) => (count <= 2 ? (few[k] ?? `x${k}`) : `x${k}`));
}

/** What an entry calls the type of an attribute of a graph; the others cannot be declared. */
const DECLARED: Partial<Record<Attribute['type'], CustomAttributeType>> = {
  float: 'float',
  int: 'int',
  bool: 'bool',
  string: 'string',
  dtype: 'string',
  floats: 'floats',
  ints: 'ints',
  bools: 'ints',
  strings: 'strings',
};
