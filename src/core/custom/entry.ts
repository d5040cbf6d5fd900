/** Writes entries of graphwright.ops.json: from what a graph knows of a node, into a file that people edit too. */
import { applyEdits, type FormattingOptions, modify, parse } from 'jsonc-parser';
import type { Attribute } from '../ir/attribute.ts';
import type { Node } from '../ir/node.ts';
import { isStatic } from '../ir/shape.ts';

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

/**
 * An entry filled from a node of the source graph: its operator, as many inputs and outputs as it has, its attributes
 * with their types. `shapes` are the rules for its outputs, where the user gave them.
 */
export function draftEntry(node: Node, shapes: readonly string[] = []): DraftEntry {
  const inputs = inputNames(node);
  const recorded = node.outputs.every((value) => value.shape !== undefined && isStatic(value.shape));
  const entry: OpsEntry = {
    name: pascalCase(node.op),
    domain: node.domain || 'custom',
    for: { operator: node.operator },
    inputs,
    outputs: node.outputs.map((value, k) => ({
      name: node.outputs.length === 1 ? 'y' : `y${k}`,
      dtype: inputs[0] ?? value.dtype ?? 'float32',
      ...shapeField(shapes[k] ?? (recorded ? undefined : inputs[0])),
    })),
    attributes: Object.fromEntries(
      [...node.attributes].flatMap(([name, attribute]) => {
        const type = attributeType(attribute);
        return type ? [[name, { type }]] : [];
      }),
    ),
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

function inputNames(node: Node): string[] {
  const letters = ['x', 'y', 'z'];
  if (node.inputCount === 1) return ['x'];
  return node.inputs.map((_, k) => (node.inputCount <= 2 ? (letters[k] ?? `x${k}`) : `x${k}`));
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
