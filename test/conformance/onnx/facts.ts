/** Our table of operators beside the schemas of the Python package onnx: every field of every version of every operator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeFacts,
  allowedTypes,
  type Formal,
  type OperatorSchema,
  operatorNames,
  operatorSchema,
  operatorVersions,
} from '../../../src/core/dialects/onnx/operators.ts';

interface PlainFormal {
  readonly name: string;
  readonly types: readonly string[];
  readonly kind: string;
  readonly minimum: number;
  readonly homogeneous: boolean;
}

/** A schema as facts.py writes it. */
interface PlainSchema {
  readonly domain: string;
  readonly name: string;
  readonly since: number;
  readonly deprecated: boolean;
  readonly inputs: readonly PlainFormal[];
  readonly outputs: readonly PlainFormal[];
  readonly attributes: Readonly<Record<string, { type: string; required: boolean; default: unknown }>>;
  readonly types: Readonly<Record<string, readonly string[]>>;
}

export interface FactsResult {
  readonly name: string;
  /** The fields that differ, or that it is missing: empty where the schema is the same. */
  readonly failures: readonly string[];
}

/** Compares every schema; a version that only one side knows is a failure too. */
export function measureFacts(folder: string): readonly FactsResult[] {
  const theirs = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as readonly PlainSchema[];
  const unknown = new Set(theirs.map(({ domain }) => domain).flatMap(allVersions));
  const rows = theirs.map((schema): FactsResult => {
    const name = keyOf(schema.domain, schema.name, schema.since);
    unknown.delete(name);
    const ours = operatorSchema(schema.domain, schema.name, schema.since);
    return { name, failures: ours ? differences(plainSchema(ours), schema) : ['we do not know it'] };
  });
  return [...rows, ...[...unknown].map((name) => ({ name, failures: ['onnx does not know it'] }))];
}

function allVersions(domain: string): string[] {
  return operatorNames(domain).flatMap((name) =>
    operatorVersions(domain, name).map((since) => keyOf(domain, name, since)),
  );
}

function keyOf(domain: string, name: string, since: number): string {
  return `${domain || 'ai.onnx'}.${name}, version ${since}`;
}

function differences(ours: PlainSchema, theirs: PlainSchema): string[] {
  const fields = Object.keys(theirs) as (keyof PlainSchema)[];
  return fields.filter((field) => !isDeepStrictEqual(ours[field], theirs[field]));
}

function plainSchema(schema: OperatorSchema): PlainSchema {
  const { domain, name, since, deprecated } = schema;
  const plain = (formal: Formal): PlainFormal => ({
    name: formal.name,
    types: [...allowedTypes(schema, formal)].sort(),
    kind: formal.kind,
    minimum: formal.minimum,
    homogeneous: formal.homogeneous,
  });
  return {
    domain,
    name,
    since,
    deprecated,
    inputs: schema.inputs.map(plain),
    outputs: schema.outputs.map(plain),
    attributes: Object.fromEntries(
      Array.from(schema.attributes, ([key, facts]) => [key, { ...facts, default: asFloat32(facts) }]),
    ),
    types: Object.fromEntries(Array.from(schema.types, ([key, types]) => [key, [...types].sort()])),
  };
}

/** Our table has the fewest digits that name a 32-bit number; Python has that number in 64 bits. */
function asFloat32({ type, default: value }: AttributeFacts): unknown {
  if (type === 'float' && typeof value === 'number') return Math.fround(value);
  return value ?? null;
}
