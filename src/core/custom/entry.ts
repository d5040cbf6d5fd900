/** Writes entries of graphwright.ops.json: from what a graph knows of a node, into a file that people edit too. */
import { applyEdits, type FormattingOptions, modify, parse } from 'jsonc-parser';
import type { Attribute } from '../ir/attribute.ts';
import type { Node } from '../ir/node.ts';
import { isStatic } from '../ir/shape.ts';
import type { Value } from '../ir/value.ts';

/** One entry as JSON: see schemas/graphwright-ops.schema.json. */
export interface OpsEntry {
  readonly name: string;
  readonly domain: string;
  readonly for: { readonly operator: string } | { readonly module: string };
  readonly inputs: readonly string[];
  readonly outputs: readonly {
    readonly name: string;
    readonly dtype?: string;
    readonly shape?: string | readonly string[];
  }[];
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly default?: unknown }>>;
}

export interface DraftEntry {
  readonly entry: OpsEntry;
  /** Whether the source records no shapes, so that the user must say a rule for each output. */
  readonly needsShape: boolean;
}

export interface DraftOptions {
  /** The rules for the outputs, where the user gave them. */
  readonly shapes?: readonly string[];
  /** Whether the file itself records shapes; else those of the graph come from rules that a custom operator has not. */
  readonly recordsShapes?: boolean;
}

/** An entry filled from a node of the source graph: its operator, as many inputs and outputs as it has, its attributes. */
export function draftEntry(node: Node, options: DraftOptions = {}): DraftEntry {
  const attributes = [...node.attributes].flatMap(([name, attribute]) => {
    const type = attributeType(attribute);
    return type ? [[name, { type }] as const] : [];
  });
  return draft(
    {
      name: node.op,
      domain: node.domain,
      for: { operator: node.operator },
      attributes: Object.fromEntries(attributes),
    },
    inputNames(node.inputCount),
    node.outputs,
    options,
  );
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
  const made = { name: parts.at(-1) ?? className, domain: parts.length > 1 ? (parts[0] ?? '') : '' };
  const names = inputNames(entering.length);
  return draft({ ...made, for: { module: className }, attributes: {} }, names, leaving, options, own);
}

/** The name of a module's own parameter: `width` of `stage1.gate.width`. */
function ownName(value: Value, path: string): string | undefined {
  const name = value.constant && value.name?.startsWith(`${path}.`) ? value.name.slice(path.length + 1) : undefined;
  return name !== undefined && /^[A-Za-z_]\w*$/.test(name) ? name : undefined;
}

function isReadOutside(value: Value, within: ReadonlySet<Node>): boolean {
  return value.isGraphOutput || [...value.users].some((user) => !within.has(user));
}

function draft(
  made: Pick<OpsEntry, 'name' | 'domain' | 'for' | 'attributes'>,
  inputs: readonly string[],
  outputs: readonly Value[],
  { shapes = [], recordsShapes = true }: DraftOptions,
  parameters: readonly string[] = [],
): DraftEntry {
  const recorded = recordsShapes && outputs.every((value) => value.shape !== undefined && isStatic(value.shape));
  const entry: OpsEntry = {
    name: pascalCase(made.name),
    domain: made.domain || 'custom',
    for: made.for,
    inputs: [...inputs, ...parameters],
    outputs: outputs.map((value, k) => ({
      name: outputs.length === 1 ? 'y' : `y${k}`,
      dtype: inputs[0] ?? value.dtype ?? 'float32',
      ...shapeField(shapes[k] ?? (recorded ? undefined : inputs[0])),
    })),
    attributes: made.attributes,
  };
  return { entry, needsShape: !recorded };
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

function inputNames(count: number): string[] {
  const letters = ['x', 'y', 'z'];
  if (count === 1) return ['x'];
  return Array.from({ length: count }, (_, k) => (count <= 2 ? (letters[k] ?? `x${k}`) : `x${k}`));
}

const DECLARABLE = new Set(['float', 'int', 'string', 'floats', 'ints', 'strings', 'bool']);

function attributeType(attribute: Attribute): string | undefined {
  return DECLARABLE.has(attribute.type) ? attribute.type : undefined;
}

function pascalCase(name: string): string {
  const joined = name.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
  return /^[A-Za-z]/.test(joined) ? joined : `Op${joined}`;
}

const FORMATTING: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
const EMPTY_FILE = `{
  // Custom operators for Graphwright: what each stands for, and how its outputs follow from its inputs.
  "version": 1,
  "operators": []
}
`;

/** The text of a file with an entry added, or put in the place of the one for the same operator. Comments stay. */
export function withEntry(text: string, entry: OpsEntry): string {
  const before = text.trim() === '' ? EMPTY_FILE : text;
  const operators: unknown = (parse(before) as { operators?: unknown } | undefined)?.operators;
  const list = Array.isArray(operators) ? (operators as Partial<OpsEntry>[]) : [];
  const same = list.findIndex((each) => JSON.stringify(each?.for) === JSON.stringify(entry.for));
  const path = ['operators', same < 0 ? list.length : same];
  return applyEdits(before, modify(before, path, entry, { formattingOptions: FORMATTING, isArrayInsertion: same < 0 }));
}
