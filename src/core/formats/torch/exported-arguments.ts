/** The union `Argument` of exported programs, member by member (torch/_export/serde/schema.py), and tensor metas. */
import type { DataType } from '../../ir/dtype.ts';
import type { Dim } from '../../ir/shape.ts';
import type {
  Argument,
  DeviceRecord,
  ExportedGraph,
  NameOr,
  SymBool,
  SymFloat,
  SymInt,
  TensorMeta,
} from './exported.ts';
import type { Field } from './json-fields.ts';
import { parseDim } from './symbolic.ts';

/** The schema's ScalarType, which is not c10's. */
export const SCALAR_TYPES: Readonly<Record<number, DataType>> = {
  1: 'uint8',
  2: 'int8',
  3: 'int16',
  4: 'int32',
  5: 'int64',
  6: 'float16',
  7: 'float32',
  8: 'float64',
  10: 'complex64',
  11: 'complex128',
  12: 'bool',
  13: 'bfloat16',
  28: 'uint16',
  29: 'float8e4m3fn',
  30: 'float8e5m2',
  31: 'float8e4m3fnuz',
  32: 'float8e5m2fnuz',
  33: 'float8e8m0',
  34: 'uint32',
  35: 'uint64',
};

/** The schema's Layout and MemoryFormat, by their names in c10. */
const LAYOUTS = ['Unknown', 'Sparse', 'SparseCsr', 'SparseCsc', 'SparseBsr', 'SparseBsc', 'Mkldnn', 'Strided'];
const MEMORY_FORMATS = ['Unknown', 'Contiguous', 'ChannelsLast', 'ChannelsLast3d', 'Preserve'];

/** Reads the graph of an argument: higher-order operators take graphs. */
export type ReadGraph = (field: Field) => ExportedGraph;

type Read = (field: Field, graph: ReadGraph) => Argument;

const name = (field: Field): string => field.get('name').text();
const items = <T>(field: Field, read: (item: Field) => T): T[] => field.items().map(read);

const ARGUMENTS: Readonly<Record<string, Read>> = {
  as_none: () => ({ kind: 'none' }),
  as_tensor: (f) => ({ kind: 'tensor', name: name(f) }),
  as_tensors: (f) => ({ kind: 'tensors', names: items(f, name) }),
  as_optional_tensor: (f) => ({ kind: 'optional-tensor', name: optionalName(f) }),
  as_optional_tensors: (f) => ({ kind: 'optional-tensors', names: items(f, optionalName) }),
  as_nested_tensors: (f) => ({ kind: 'nested-tensors', names: items(f, (list) => items(list, name)) }),
  as_int: (f) => ({ kind: 'int', value: f.int() }),
  as_ints: (f) => ({ kind: 'ints', value: items(f, (item) => item.int()) }),
  as_int_lists: (f) => ({ kind: 'int-lists', value: items(f, (list) => items(list, (item) => item.int())) }),
  as_float: (f) => ({ kind: 'float', value: f.float() }),
  as_floats: (f) => ({ kind: 'floats', value: items(f, (item) => item.float()) }),
  as_float_lists: (f) => ({ kind: 'float-lists', value: items(f, (list) => items(list, (item) => item.float())) }),
  as_string: (f) => ({ kind: 'string', value: f.text() }),
  as_strings: (f) => ({ kind: 'strings', value: items(f, (item) => item.text()) }),
  as_bool: (f) => ({ kind: 'bool', value: f.bool() }),
  as_bools: (f) => ({ kind: 'bools', value: items(f, (item) => item.bool()) }),
  as_complex: (f) => ({ kind: 'complex', real: f.get('real').float(), imaginary: f.get('imag').float() }),
  as_sym_int: (f) => ({ kind: 'sym-int', value: nameOr(f, 'as_int', (v) => v.int()) }),
  as_sym_ints: (f) => ({ kind: 'sym-ints', value: items(f, (item) => nameOr(item, 'as_int', (v) => v.int())) }),
  as_sym_float: (f) => ({ kind: 'sym-float', value: nameOr(f, 'as_float', (v) => v.float()) }),
  as_sym_floats: (f) => ({ kind: 'sym-floats', value: items(f, (item) => nameOr(item, 'as_float', (v) => v.float())) }),
  as_sym_bool: (f) => ({ kind: 'sym-bool', value: nameOr(f, 'as_bool', (v) => v.bool()) }),
  as_sym_bools: (f) => ({ kind: 'sym-bools', value: items(f, (item) => nameOr(item, 'as_bool', (v) => v.bool())) }),
  as_scalar_type: (f) => ({ kind: 'scalar-type', dtype: SCALAR_TYPES[f.number()], scalarType: f.number() }),
  as_memory_format: (f) => ({ kind: 'memory-format', format: MEMORY_FORMATS[f.number()] ?? 'Unknown' }),
  as_layout: (f) => ({ kind: 'layout', layout: LAYOUTS[f.number()] ?? 'Unknown' }),
  as_device: (f) => ({ kind: 'device', device: readDevice(f) }),
  as_graph: (f, graph) => ({ kind: 'graph', name: name(f), graph: graph(f.get('graph')) }),
  // Schema 1 had the pickled object in its place.
  as_custom_obj: (f) =>
    f.get('blob').absent
      ? { kind: 'custom-object', name: name(f), className: f.get('class_fqn').text() }
      : { kind: 'custom-object', name: '', className: '' },
  as_operator: (f) => ({ kind: 'operator', name: f.text() }),
  as_string_to_argument: (f, graph) => ({
    kind: 'map',
    entries: new Map(f.entries().map(([key, value]) => [key, readArgument(value, graph)])),
  }),
};

export function readArgument(field: Field, graph: ReadGraph): Argument {
  const [member, value] = field.union();
  const read = Object.hasOwn(ARGUMENTS, member) ? ARGUMENTS[member] : undefined;
  if (read) return read(value, graph);
  throw field.expected(`an argument of a known kind, not ${member}`);
}

export function readTensorMeta(field: Field): TensorMeta {
  const scalarType = field.get('dtype').number();
  const dims = (member: string): Dim[] => items(field.get(member), (item) => dimOf(readSymInt(item)));
  return {
    dtype: SCALAR_TYPES[scalarType],
    scalarType,
    shape: dims('sizes'),
    strides: dims('strides'),
    storageOffset: readOffset(field.get('storage_offset')),
    requiresGrad: field.get('requires_grad').bool(),
    device: readDevice(field.get('device')),
    layout: LAYOUTS[field.get('layout').number()] ?? 'Unknown',
  };
}

/** Schema 1 had a plain number. */
function readOffset(field: Field): Dim {
  if (field.absent) return 0;
  return typeof field.value === 'bigint' ? field.number() : dimOf(readSymInt(field));
}

export function readSymInt(field: Field): SymInt {
  const [member, value] = field.union();
  if (member === 'as_int') return { kind: 'int', value: value.int() };
  const text = value.get('expr_str').text();
  return { kind: 'expr', text, dim: parseDim(text), hint: hintOf(value, 'as_int')?.int() };
}

export function readSymFloat(field: Field): SymFloat {
  const [member, value] = field.union();
  if (member === 'as_float') return { kind: 'float', value: value.float() };
  return { kind: 'expr', text: value.get('expr_str').text(), hint: hintOf(value, 'as_float')?.float() };
}

export function readSymBool(field: Field): SymBool {
  const [member, value] = field.union();
  if (member === 'as_bool') return { kind: 'bool', value: value.bool() };
  // Schema 1 had the text alone.
  if (typeof value.value === 'string') return { kind: 'expr', text: value.value, hint: undefined };
  return { kind: 'expr', text: value.get('expr_str').text(), hint: hintOf(value, 'as_bool')?.bool() };
}

function dimOf(size: SymInt): Dim {
  return size.kind === 'int' ? Number(size.value) : size.dim;
}

function hintOf(expression: Field, member: string): Field | undefined {
  const hint = expression.get('hint');
  if (hint.absent) return undefined;
  // Schema 1 had a plain number.
  if (typeof hint.value !== 'object') return hint;
  const value = hint.get(member);
  return value.absent ? undefined : value;
}

function readDevice(field: Field): DeviceRecord {
  const index = field.get('index');
  return { type: field.get('type').text(), index: index.absent ? undefined : index.number() };
}

function nameOr<T>(field: Field, member: string, read: (value: Field) => T): NameOr<T> {
  const [found, value] = field.union();
  if (found === 'as_name') return { kind: 'name', name: value.text() };
  if (found === member) return { kind: 'value', value: read(value) };
  throw field.expected(`as_name or ${member}`);
}

function optionalName(field: Field): string | undefined {
  const [member, value] = field.union();
  if (member === 'as_none') return undefined;
  // Schema 1 had the name alone.
  return typeof value.value === 'string' ? value.value : name(value);
}
