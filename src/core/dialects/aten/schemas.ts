/** Look-up of PyTorch's schemas by operator, by call, and by node. */
import type { Node } from '../../ir/node.ts';
import { parseSchema, type Schema, type SchemaArgument } from './schema.ts';
import { SCHEMA_ROWS } from './schema-rows.ts';

/** Rows by name; each name is parsed when it is first asked for. */
const rows = new Map<string, string[]>();
for (const line of SCHEMA_ROWS.split('\n')) {
  const name = /^\w+/.exec(line)?.[0];
  if (name === undefined) continue;
  const before = rows.get(name);
  if (before) before.push(line);
  else rows.set(name, [line]);
}
const parsed = new Map<string, readonly Schema[]>();

/** All overloads of an operator of namespace `aten`, in TorchScript's order; empty where we know none. */
export function overloadsOf(name: string): readonly Schema[] {
  let schemas = parsed.get(name);
  if (!schemas) {
    schemas = (rows.get(name) ?? []).map((row) => parseSchema(`aten::${row}`));
    parsed.set(name, schemas);
  }
  return schemas;
}

/** The schema of one overload (`''` is PyTorch's `default`); undefined where we know none. */
export function findSchema(namespace: string, name: string, overload: string): Schema | undefined {
  if (namespace !== 'aten') return undefined;
  return overloadsOf(name).find((schema) => schema.overload === overload);
}

/** The schema of a node of the aten dialect; undefined for custom and unknown operators. */
export function schemaOf(node: Node): Schema | undefined {
  return findSchema(node.domain, node.op, node.overload);
}

/** Whether the argument is a tensor or a list of tensors, and so takes input slots of a node. */
export function takesInputs(argument: Pick<SchemaArgument, 'type'>): boolean {
  return argument.type.base === 'Tensor';
}

/** The attribute that names the symbols whose numbers a node takes as inputs behind those of its schema. */
export const SYMBOLS = 'symbols';

/** How many inputs of a node are the numbers of symbols. */
export function symbolCount(node: Node): number {
  const names = node.attributes.get(SYMBOLS);
  return names?.type === 'strings' ? names.value.length : 0;
}

/**
 * Whether a node has the inputs and attributes that its schema asks for; optional inputs at the end may be missing, unless
 * symbols follow them.
 */
export function followsSchema(node: Node, schema: Schema): boolean {
  let inputs = 0;
  for (const argument of schema.arguments) {
    if (!takesInputs(argument)) {
      if (!isPlacement(argument) && !node.attributes.has(argument.name)) return false;
      continue;
    }
    if (!argument.type.list) {
      if (!node.input(inputs++) && !argument.type.optional) return false;
      continue;
    }
    const count = node.attributes.get(argument.name);
    if (count?.type !== 'int') return false;
    inputs += Number(count.value);
  }
  const symbols = symbolCount(node);
  return symbols > 0 ? node.inputCount === inputs + symbols : node.inputCount <= inputs;
}

/** Arguments that say where and how memory is kept: no node carries them. */
export function isPlacement(argument: Pick<SchemaArgument, 'type'>): boolean {
  return ['Device', 'Layout', 'MemoryFormat', 'Generator'].includes(argument.type.base);
}
