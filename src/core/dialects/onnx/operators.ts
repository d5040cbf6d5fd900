/**
 * Facts of every ONNX operator in every version: inputs, outputs, attributes, types.
 * Source: the schemas of the Python package onnx 1.23.1, written to operators.json by scripts/onnx-operators.py.
 *
 * A signature reads `inputs|outputs|type sets|attributes|deprecated`, with spaces between items:
 * `X:T` an input of type variable T (or of the type so named), `B:T?` an optional one, `inputs:T*1` one or more,
 * `v:V*0!` ones whose types may differ; `T=3` the variable takes the types of row 3 of `types`;
 * `axis:int=0` an attribute with a default, `axis:int` one without, `to:int!` a required one.
 */
import type { AttributeType } from '../../ir/attribute.ts';
import facts from './operators.json' with { type: 'json' };

/** An input or an output. A variadic one takes all that follow. */
export interface Formal {
  readonly name: string;
  /** A type variable of the schema, or a type such as `int64` or `seq(float32)`. */
  readonly type: string;
  readonly kind: 'single' | 'optional' | 'variadic';
  /** How many a variadic one takes at least. */
  readonly minimum: number;
  /** Whether all values of a variadic one have the same type. */
  readonly homogeneous: boolean;
}

export interface AttributeFacts {
  readonly type: AttributeType;
  readonly required: boolean;
  /** Integers as numbers, lists as arrays; undefined where leaving it out means something of its own. */
  readonly default: number | string | readonly (number | string)[] | undefined;
}

export interface OperatorSchema {
  /** Empty for ai.onnx. */
  readonly domain: string;
  readonly name: string;
  /** The version of the operator: the opset that brought it. */
  readonly since: number;
  readonly deprecated: boolean;
  readonly inputs: readonly Formal[];
  readonly outputs: readonly Formal[];
  readonly attributes: ReadonlyMap<string, AttributeFacts>;
  /** The types that each variable takes: numpy's names for tensors, `seq(...)`, `optional(...)`, `map(...)`. */
  readonly types: ReadonlyMap<string, readonly string[]>;
}

/** One version of an operator; its signature is parsed when it is first asked for. */
interface Version {
  readonly since: number;
  readonly signature: string;
  schema?: OperatorSchema;
}

type Signatures = Readonly<Record<string, Readonly<Record<string, string>>>>;
const OPERATORS: Readonly<Record<string, Signatures>> = facts.operators;
const LATEST: Readonly<Record<string, number>> = facts.latest;

/** The newest opset of ai.onnx that is known. */
export const LATEST_OPSET = facts.latest[''];

/** The domains of the standard, `''` first. */
export const ONNX_DOMAINS: readonly string[] = Object.keys(facts.latest);

/** The spelling of a domain in our graphs: `ai.onnx` is written as the empty text. */
export function onnxDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** Whether this is a domain of the ONNX standard, whose operators are all known. */
export function isOnnxDomain(domain: string): boolean {
  return latestOpset(domain) !== undefined;
}

/** The newest version of a domain; undefined for one that is not of the standard. */
export function latestOpset(domain: string): number | undefined {
  const name = onnxDomain(domain);
  return Object.hasOwn(LATEST, name) ? LATEST[name] : undefined;
}

/** The versions of an operator, oldest first; empty where there is none of that name. */
export function operatorVersions(domain: string, name: string): readonly number[] {
  return versionsOf(domain, name).map(({ since }) => since);
}

/** The names of all operators of a domain, whatever their version. */
export function operatorNames(domain: string): readonly string[] {
  return Object.keys(OPERATORS[onnxDomain(domain)] ?? {});
}

/** The operator as a model that imports `opset` means it; undefined where that opset has none of the name. */
export function operatorSchema(domain: string, name: string, opset: number): OperatorSchema | undefined {
  const versions = versionsOf(domain, name);
  let k = versions.length - 1;
  while (k >= 0 && (versions[k]?.since ?? 0) > opset) k--;
  const version = versions[k];
  if (!version) return undefined;
  version.schema ??= parseSignature(onnxDomain(domain), name, version.since, version.signature);
  return version.schema;
}

/** The types that an input or output of a schema takes. */
export function allowedTypes(schema: OperatorSchema, formal: Formal): readonly string[] {
  return schema.types.get(formal.type) ?? [formal.type];
}

/** The formal that an actual input or output at `index` stands for; undefined where there are too many. */
export function formalAt(formals: readonly Formal[], index: number): Formal | undefined {
  const formal = formals[index];
  if (formal) return formal;
  const last = formals.at(-1);
  return last?.kind === 'variadic' ? last : undefined;
}

const NONE: readonly Version[] = [];
/** By domain and name, as far as they were asked for. */
const known = new Map<string, Map<string, readonly Version[]>>();

function versionsOf(domain: string, name: string): readonly Version[] {
  const own = onnxDomain(domain);
  return known.get(own)?.get(name) ?? remembered(own, name);
}

/** Names come from files: only those of the table are remembered. */
function remembered(domain: string, name: string): readonly Version[] {
  const signatures = Object.hasOwn(OPERATORS, domain) ? OPERATORS[domain] : undefined;
  if (!signatures || !Object.hasOwn(signatures, name)) return NONE;
  const versions = Object.entries(signatures[name] ?? {}).map(([since, signature]) => ({
    since: Number(since),
    signature,
  }));
  const operators = known.get(domain) ?? new Map<string, readonly Version[]>();
  known.set(domain, operators);
  operators.set(name, versions);
  return versions;
}

function parseSignature(domain: string, name: string, since: number, signature: string): OperatorSchema {
  const [inputs = '', outputs = '', types = '', attributes = '', deprecated] = signature.split('|');
  return {
    domain,
    name,
    since,
    deprecated: deprecated === 'deprecated',
    inputs: words(inputs).map(parseFormal),
    outputs: words(outputs).map(parseFormal),
    types: new Map(
      words(types).map((word) => {
        const [variable = '', row] = word.split('=');
        return [variable, typeSet(Number(row))];
      }),
    ),
    attributes: new Map(words(attributes).map(parseAttribute)),
  };
}

/** Sets are shared by many variables, each split once. */
const typeSets: (readonly string[] | undefined)[] = [];

function typeSet(row: number): readonly string[] {
  const set = typeSets[row] ?? words(facts.types[row] ?? '');
  typeSets[row] = set;
  return set;
}

function parseFormal(word: string): Formal {
  const found = /^(.*?):(.*?)(\?|\*(\d+)(!?))?$/.exec(word);
  const [, name = '', type = '', mark = '', minimum, mixed] = found ?? [];
  const kind = mark === '' ? 'single' : mark === '?' ? 'optional' : 'variadic';
  return { name, type, kind, minimum: Number(minimum ?? 0), homogeneous: mixed !== '!' };
}

function parseAttribute(word: string): [string, AttributeFacts] {
  const found = /^(\w+):([a-z-]+)(!|=(.*))?$/.exec(word);
  const [, name = '', type, mark, value] = found ?? [];
  const fallback = value === undefined ? undefined : (JSON.parse(value) as AttributeFacts['default']);
  // The script writes no other words than those of AttributeType.
  return [name, { type: type as AttributeType, required: mark === '!', default: fallback }];
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}
