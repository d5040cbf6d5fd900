/** Limits of a user's own backend: what graphwright.caffe.json says of its blobs and layers, read by a table of fields. */
import type { BlobLimits, LayerLimits } from './layer-limits.ts';

/** What a field must be, in words, and whether a value is that. */
type Kind = readonly [expected: string, holds: (value: unknown) => boolean];

const isCount = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isList = (holds: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(holds);
const isText = (value: unknown) => typeof value === 'string';
const isRecord = (holds: (value: unknown) => boolean) => (value: unknown) =>
  isObject(value) && Object.values(value).every(holds);

const COUNT: Kind = ['a whole number', isCount];
const oneOf = (...words: readonly string[]): Kind => [
  words.map((word) => `"${word}"`).join(' or '),
  (value) => words.some((word) => word === value),
];

const BLOB_FIELDS: Readonly<Record<keyof BlobLimits, Kind>> = { least: COUNT, axes: COUNT, batch: oneOf('one') };

const LAYER_FIELDS: Readonly<Record<keyof LayerLimits, Kind>> = {
  never: ['a text that says why', isText],
  axes: ['the least and the most', (value) => isList(isCount)(value) && (value as unknown[]).length === 2],
  along: ['a list of axes', isList(isCount)],
  factors: oneOf('channels'),
  bottoms: COUNT,
  coefficients: oneOf('none', 'difference'),
  orders: ['a list of orders, such as "0,2,3,1"', isList(isText)],
  cuts: COUNT,
  keepsFirst: ['true', (value) => value === true],
  ignores: [
    'fields with the value that they may have',
    isRecord((value) => typeof value === 'number' || typeof value === 'boolean'),
  ],
  most: ['fields with their largest value', isRecord((value) => typeof value === 'number')],
  joint: ['a list of fields', isList(isText)],
};

/** Throws what `error` makes of the words for the first thing that is wrong. */
export function blobLimits(value: unknown, error: (message: string) => Error): BlobLimits {
  const limits = checked('blobs', value, BLOB_FIELDS, error);
  if (limits.axes === undefined) throw error('expected "blobs" to have "axes", the most that a blob has');
  return limits as unknown as BlobLimits;
}

/** The same of layers, by type. */
export function layerLimits(value: unknown, error: (message: string) => Error): Readonly<Record<string, LayerLimits>> {
  if (!isObject(value)) throw error('expected "takes" to be an object of layer types');
  return Object.fromEntries(
    Object.entries(value).map(([type, given]) => [type, checked(type, given, LAYER_FIELDS, error) as LayerLimits]),
  );
}

function checked(
  what: string,
  value: unknown,
  fields: Readonly<Record<string, Kind>>,
  error: (message: string) => Error,
): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw error(`expected "${what}" to be an object`);
  for (const [name, given] of Object.entries(value)) {
    const [expected, holds] = (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? [];
    if (!holds) throw error(`"${name}" is not a limit of "${what}": ${Object.keys(fields).join(', ')}`);
    if (!holds(given)) throw error(`expected "${name}" of "${what}" to be ${expected}`);
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
