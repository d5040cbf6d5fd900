/** The graph, signature and metadata of an exported program out of its JSON (torch/_export/serde/schema.py). */
import type { Origin, Scope } from '../../ir/origin.ts';
import type { Argument, ExportedGraph, ExportedNode, InputSpec, OutputSpec, RangeConstraint } from './exported.ts';
import { readArgument, readSymBool, readSymFloat, readSymInt, readTensorMeta } from './exported-arguments.ts';
import { framesOfTraceback, userFramesFirst } from './frames.ts';
import type { Field } from './json-fields.ts';

/** Origins by their text: nodes of one line have the same trace. */
type Origins = Map<string, Origin>;

export function readGraph(field: Field, origins: Origins = new Map()): ExportedGraph {
  const read = (item: Field) => readArgument(item, (graph) => readGraph(graph, origins));
  return {
    inputs: field.get('inputs').items().map(read),
    outputs: field.get('outputs').items().map(read),
    nodes: field
      .get('nodes')
      .items()
      .map((node) => readNode(node, read, origins)),
    // Schema 1 wrapped it.
    tensors: mapOf(field.get('tensor_values'), (value) =>
      readTensorMeta(value.get('meta').absent ? value : value.get('meta')),
    ),
    symInts: mapOf(field.get('sym_int_values'), readSymInt),
    symFloats: mapOf(field.get('sym_float_values'), readSymFloat),
    symBools: mapOf(field.get('sym_bool_values'), readSymBool),
  };
}

const argument = (field: Field) => readArgument(field, readGraph);
const KEYWORD = 2n;

function readNode(field: Field, read: (field: Field) => Argument, origins: Origins): ExportedNode {
  const metadata = new Map<string, string>();
  for (const [key, value] of field.get('metadata').entries()) {
    if (typeof value.value === 'string') metadata.set(key, value.value);
  }
  const outputs = field.get('outputs').items().map(read);
  const name = field.get('name');
  const node = {
    target: field.get('target').text(),
    // Schemas before 8.9 do not name nodes: their first output does.
    name: name.absent ? firstName(outputs) : name.text(),
    inputs: field
      .get('inputs')
      .items()
      .map((input) => ({
        name: input.get('name').text(),
        value: read(input.get('arg')),
        keyword: input.get('kind').value === KEYWORD,
      })),
    outputs,
    origin: originOf(metadata.get('stack_trace') ?? '', origins),
    scope: readScope(metadata.get('nn_module_stack') ?? ''),
    metadata,
  };
  metadata.delete('stack_trace');
  metadata.delete('nn_module_stack');
  return node;
}

function firstName(outputs: ExportedNode['outputs']): string {
  const [first] = outputs;
  if (first?.kind === 'tensor') return first.name;
  if (first?.kind === 'tensors') return first.names[0] ?? '';
  return first?.kind === 'sym-int' && first.value.kind === 'name' ? first.value.name : '';
}

function originOf(trace: string, origins: Origins): Origin {
  const known = origins.get(trace);
  if (known) return known;
  const origin = userFramesFirst(framesOfTraceback(trace));
  origins.set(trace, origin);
  return origin;
}

/** `key,path,type` of each module, separated by semicolons; commas inside brackets belong to the part. */
export function readScope(text: string): Scope {
  if (text === '') return [];
  return text.split(';').flatMap((entry) => {
    // Schema 1 wrote `key:(path,type)`.
    const [, path, type] = splitOutsideBrackets(entry.replace(/^([^(,]*):\((.*)\)$/, '$1,$2'));
    if (path === undefined || type === undefined) return [];
    // A module that is called again has `@1` behind its path; types were once written as <class '...'>.
    return [{ path: plainPath(path.replace(/@\d+$/, '')), type: /^<class '(.*)'>$/.exec(type)?.[1] ?? type }];
  });
}

const MOST_NESTED = 32;

/** PyTorch 2.1 wrote paths as Python: `getattr(L['self'].blocks, '0').conv`. */
function plainPath(path: string): string {
  let plain = path;
  let before = '';
  for (let depth = 0; depth < MOST_NESTED && before !== plain; depth++) {
    before = plain;
    plain = plain.replace(/getattr\(([^(),]*), ?['"]([^'"]*)['"]\)/, '$1.$2');
  }
  return plain.replace(/^L\[(['"])self\1\]\.?/, '');
}

function splitOutsideBrackets(text: string): string[] {
  if (!/[[(]/.test(text)) return text.split(',');
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if ('[('.includes(char)) depth++;
    else if (')]'.includes(char)) depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

const tensorName = (field: Field): string => field.get('arg').get('name').text();

const INPUT_SPECS: Readonly<Record<string, (field: Field) => InputSpec>> = {
  user_input: (f) => ({ kind: 'user-input', argument: argument(f.get('arg')) }),
  parameter: (f) => ({ kind: 'parameter', name: tensorName(f), target: f.get('parameter_name').text() }),
  buffer: (f) => ({
    kind: 'buffer',
    name: tensorName(f),
    target: f.get('buffer_name').text(),
    persistent: f.get('persistent').absent || f.get('persistent').bool(),
  }),
  tensor_constant: (f) => ({
    kind: 'tensor-constant',
    name: tensorName(f),
    target: f.get('tensor_constant_name').text(),
  }),
  custom_obj: (f) => ({
    kind: 'custom-object',
    name: tensorName(f),
    className: f.get('arg').get('class_fqn').text(),
    target: f.get('custom_obj_name').text(),
  }),
  token: (f) => ({ kind: 'token', name: tensorName(f) }),
  constant_input: (f) => ({ kind: 'constant-input', name: f.get('name').text(), value: argument(f.get('value')) }),
};

const OUTPUT_SPECS: Readonly<Record<string, (field: Field) => OutputSpec>> = {
  user_output: (f) => ({ kind: 'user-output', argument: argument(f.get('arg')) }),
  loss_output: (f) => ({ kind: 'loss-output', name: tensorName(f) }),
  buffer_mutation: (f) => ({ kind: 'buffer-mutation', name: tensorName(f), target: f.get('buffer_name').text() }),
  parameter_mutation: (f) => ({
    kind: 'parameter-mutation',
    name: tensorName(f),
    target: f.get('parameter_name').text(),
  }),
  user_input_mutation: (f) => ({
    kind: 'user-input-mutation',
    name: tensorName(f),
    target: f.get('user_input_name').text(),
  }),
  gradient_to_parameter: (f) => ({
    kind: 'gradient-to-parameter',
    name: tensorName(f),
    target: f.get('parameter_name').text(),
  }),
  gradient_to_user_input: (f) => ({
    kind: 'gradient-to-user-input',
    name: tensorName(f),
    target: f.get('user_input_name').text(),
  }),
  token: (f) => ({ kind: 'token', name: tensorName(f) }),
};

export const readInputSpec = (field: Field): InputSpec => member(field, INPUT_SPECS);
export const readOutputSpec = (field: Field): OutputSpec => member(field, OUTPUT_SPECS);

export function readRangeConstraint(field: Field): RangeConstraint {
  const bound = (value: Field) => (typeof value.value === 'bigint' ? value.value : undefined);
  return { min: bound(field.get('min_val')), max: bound(field.get('max_val')) };
}

export function mapOf<T>(field: Field, read: (value: Field) => T): Map<string, T> {
  return field.absent ? new Map() : new Map(field.entries().map(([key, value]) => [key, read(value)]));
}

function member<T>(field: Field, readers: Readonly<Record<string, (field: Field) => T>>): T {
  const [kind, value] = field.union();
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (read) return read(value);
  throw field.expected(`one of ${Object.keys(readers).join(', ')}, not ${kind}`);
}
