/** Reads the cases of test/fixtures/aten and makes an aten model of each case, as capture would. */
import { readFileSync } from 'node:fs';
import { isComplex, partType } from '../../../../../src/core/convert/aten-to-onnx/complex/complex.ts';
import { dtypeOf } from '../../../../../src/core/dialects/aten/scalar-types.ts';
import type { SchemaArgument } from '../../../../../src/core/dialects/aten/schema.ts';
import { findSchema, isPlacement } from '../../../../../src/core/dialects/aten/schemas.ts';
import type { Attribute } from '../../../../../src/core/ir/attribute.ts';
import { type DataType, isDataType } from '../../../../../src/core/ir/dtype.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { type Model, makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { tensorType, type ValueType } from '../../../../../src/core/ir/type.ts';
import type { Value } from '../../../../../src/core/ir/value.ts';

interface JsonTensor {
  readonly t: DataType;
  readonly s: readonly number[];
  readonly v: readonly (number | string)[];
}
export type Json =
  | null
  | number
  | boolean
  | string
  | JsonTensor
  | { readonly f: number }
  | { readonly dtype: DataType }
  | readonly Json[];
export type Row = readonly [operator: string, args: Readonly<Record<string, Json>>, outputs: readonly JsonTensor[]];

export interface Case {
  readonly operator: string;
  readonly row: Row;
  readonly title: string;
  /** The name that its node begins with. */
  readonly path: string;
  /** PyTorch's answers by the names of the graph's outputs. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/** Many calls in one graph: they run in one go. */
export interface Batch {
  readonly model: Model;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly cases: readonly Case[];
}

/** What make.py writes by hand, what edges.py makes by tables, and what the makers of families beside them do. */
export const CASE_FILES = ['cases.json', 'edges.json', 'complex.json', 'choices.json'] as const;

export function readCases(file: (typeof CASE_FILES)[number]): Row[] {
  return JSON.parse(readFileSync(new URL(`../../../../fixtures/aten/${file}`, import.meta.url), 'utf8'));
}

const PARAMETERS = /^(weight|bias|running_mean|running_var|params_\d+|\w+_weight(_\d)?|\w+_bias(_\d)?)$/;

export function makeBatch(rows: readonly Row[]): Batch {
  const graph = new Graph('cases');
  const inputs = new Map<string, Tensor>();
  const cases = rows.map((row, k) => addCase(graph, inputs, row, `case_${k}`));
  return { model: makeModel('aten', graph), inputs, cases };
}

/** One call. Its expected outputs are outputs of the graph. */
function addCase(graph: Graph, inputs: Map<string, Tensor>, row: Row, path: string): Case {
  const [operator, args, outputs] = row;
  const [name = '', overload = ''] = operator.split('.');
  const schema = findSchema('aten', name, overload);
  if (!schema) throw new Error(`no schema of ${operator}`);
  const feed = (label: string, json: Json): Value | undefined => {
    if (!isTensor(json)) return undefined;
    const constant = tensorOf(json);
    const own = `${path}.${label}`;
    if (isComplex(json.t)) {
      inputs.set(own, constant);
      const pairs = graph.addInput({ name: own, type: tensorType(constant.dtype, constant.shape) });
      return append(graph, 'view_as_complex', pairs, { name: `${own}_complex`, type: tensorType(json.t, json.s) });
    }
    if (PARAMETERS.test(label)) return graph.addInitializer({ name: own, constant });
    inputs.set(own, constant);
    return graph.addInput({ name: own, type: tensorType(constant.dtype, constant.shape) });
  };
  const slots: (Value | undefined)[] = [];
  const attributes: [string, Attribute][] = [];
  for (const argument of schema.arguments) {
    const json = args[argument.name];
    if (argument.type.base !== 'Tensor') {
      if (!isPlacement(argument)) attributes.push([argument.name, attributeOf(argument, json)]);
    } else if (argument.type.list) {
      const list = Array.isArray(json) ? json : [];
      attributes.push([argument.name, { type: 'int', value: BigInt(list.length) }]);
      slots.push(...list.map((each, k) => feed(`${argument.name}_${k}`, each)));
    } else {
      slots.push(feed(argument.name, json ?? null));
    }
  }
  const expected = new Map(outputs.map((each, k) => [`${path}.output_${k}`, tensorOf(each)]));
  const node = new Node(name, slots, {
    domain: 'aten',
    overload,
    name: `${path}/${name}_1`,
    attributes,
    outputs: outputs.map(({ t, s }, k) => ({ name: `${path}.output_${k}`, type: tensorType(t, s) })),
  });
  graph.nodes.append(node);
  for (const [k, value] of node.outputs.entries()) {
    const wanted = expected.get(`${path}.output_${k}`);
    if (!wanted || !isComplex(outputs[k]?.t)) {
      graph.addOutput(value);
      continue;
    }
    value.name = `${path}.complex_${k}`;
    const options = { name: `${path}.output_${k}`, type: tensorType(wanted.dtype, wanted.shape) };
    graph.addOutput(append(graph, 'view_as_real', value, options));
  }
  const call = Object.entries(args).map(([key, json]) => `${key}=${text(json)}`);
  return { operator, row, title: `${operator}(${call.join(', ')})`, path, outputs: expected };
}

/** Complex numbers go in and out as pairs of real ones. */
function append(graph: Graph, op: string, input: Value, output: { name: string; type: ValueType }): Value {
  const node = new Node(op, [input], { domain: 'aten', name: `${output.name.split('.')[0]}/${op}`, outputs: [output] });
  graph.nodes.append(node);
  return node.output();
}

export function attributeOf({ name, type, default: fallback }: SchemaArgument, json: Json | undefined): Attribute {
  const value = json === undefined ? fallback : json;
  if (value === null || value === undefined) return { type: 'none', value: undefined };
  if (type.list) {
    const list = (Array.isArray(value) ? value : [value]).map(plain);
    const sized = list.length === 1 && type.size ? Array<(typeof list)[0]>(type.size).fill(list[0] ?? 0) : list;
    if (type.base === 'float' || type.base === 'Scalar') return { type: 'floats', value: sized.map(number) };
    return { type: 'ints', value: sized.map((each) => BigInt(each)) };
  }
  const single = plain(value);
  switch (type.base) {
    case 'int':
      return { type: 'int', value: BigInt(single) };
    case 'float':
      return { type: 'float', value: number(single) };
    case 'bool':
      return { type: 'bool', value: Boolean(single) };
    case 'str':
      return { type: 'string', value: String(single) };
    case 'ScalarType': {
      const dtype = typeof single === 'bigint' ? String(dtypeOf(single)) : String(single);
      if (!isDataType(dtype)) throw new Error(`${name} is no type`);
      return { type: 'dtype', value: dtype };
    }
    default:
      return scalarOf(value, single);
  }
}

/** Python's ints and floats differ: a float without a fraction is written as `{"f": 2}`. */
function scalarOf(value: unknown, single: string | number | bigint | boolean): Attribute {
  if (typeof single === 'boolean') return { type: 'bool', value: single };
  if (typeof single === 'bigint') return { type: 'int', value: single };
  const isFloat = typeof value === 'object' || typeof single === 'string' || !Number.isInteger(single);
  return isFloat ? { type: 'float', value: number(single) } : { type: 'int', value: BigInt(single) };
}

function plain(value: unknown): string | number | bigint | boolean {
  if (typeof value === 'object' && value !== null) {
    if ('f' in value) return Number(value.f);
    if ('dtype' in value) return String(value.dtype);
  }
  // JSON has no integers of 64 bits: the one that occurs is INT64_MAX.
  if (value === 2 ** 63) return 2n ** 63n - 1n;
  return value as string | number | bigint | boolean;
}

export function isTensor(json: Json): json is JsonTensor {
  return typeof json === 'object' && json !== null && 't' in json;
}

/** Of complex numbers their parts along a last axis. */
function tensorOf({ t, s, v }: JsonTensor): Tensor {
  if (isComplex(t)) return Tensor.of(partType(t), [...s, 2], v.map(number));
  return Tensor.of(t, s, v.map(number));
}

function number(value: number | bigint | boolean | string): number {
  if (typeof value !== 'string') return Number(value);
  return { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY }[value] ?? Number(value);
}

function text(json: Json): string {
  if (json === null) return 'None';
  if (isTensor(json)) return `${json.t}[${json.s.join(',')}]`;
  if (Array.isArray(json)) return `[${json.map(text).join(', ')}]`;
  return typeof json === 'object' ? String(Object.values(json)[0]) : String(json);
}
