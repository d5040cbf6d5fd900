/** Reads a profile from its file: schemas/graphwright-target.schema.json and docs/targets.md describe the fields. */
import type { Node as JsonNode } from 'jsonc-parser';
import { getNodeValue } from 'jsonc-parser';
import {
  isOnnxDomain,
  LATEST_OPSET,
  latestOpset,
  type OperatorSchema,
  onnxDomain,
  operatorNames,
  operatorSchema,
  operatorVersions,
} from '../dialects/onnx/operators.ts';
import { nearestName, suggestionOf } from '../dialects/onnx/spelling.ts';
import { isDataType } from '../ir/dtype.ts';
import { ASPECTS, type Aspect, type OperatorLimits, type Profile, type ProfileSource, type Span } from './profile.ts';
import { type FieldKind, type ProfileEntry, parseProfileText } from './profile-text.ts';

const VERSION = 1;

const FIELDS: Readonly<Record<string, FieldKind>> = {
  $schema: 'text',
  version: 'number',
  name: 'text',
  title: 'text',
  description: 'text',
  like: 'text',
  sources: 'objects',
  covers: 'texts',
  opsets: 'object',
  irVersion: 'number',
  openDomains: 'texts',
  functions: 'flag',
  dynamicShapes: 'flag',
  ranks: 'span',
  narrows: 'text-table',
  operators: 'object',
};

const LIMIT_FIELDS: Readonly<Record<keyof OperatorLimits, FieldKind>> = {
  versions: 'numbers',
  types: 'object',
  dtypes: 'texts',
  attributes: 'object',
  constants: 'texts',
  zeros: 'texts',
  absent: 'texts',
  ranks: 'span',
  sizes: 'object',
  outputs: 'number',
  unchecked: 'text',
};

/** Finds the profile that another stands on. */
export type ProfileLookup = (name: string) => Profile | undefined;

/**
 * The profile of a file, with `id` as what asks for it. Throws InputError with file and line: where the text is no JSON, a
 * field is not known or of another kind, or an operator, attribute, input or type is none of the standard.
 */
export function readProfile(text: string, file: string, id: string, like: ProfileLookup): Profile {
  const entry = parseProfileText(text, file);
  entry.expect(FIELDS, ['version', 'name', 'operators']);
  if (entry.value('version') !== VERSION) throw entry.error(`expected "version": ${VERSION}`, 'version');
  const name = entry.value<string>('name') ?? '';
  if (!/^[a-z][a-z0-9._-]*$/.test(name))
    throw entry.error(`"${name}" is not a name: small letters, digits, and . - _`, 'name');
  const base = baseOf(entry, like);
  const opsets = opsetsOf(entry, base);
  return {
    ...base,
    id,
    name,
    title: entry.value('title') ?? name,
    description: entry.value('description') ?? base?.description ?? `as ${file} says`,
    sources: entry.list('sources').map(sourceOf),
    covers: aspectsOf(entry, base),
    opsets,
    openDomains: entry.value('openDomains') ?? base?.openDomains ?? [],
    ...given(entry, 'irVersion'),
    ...given(entry, 'functions'),
    ...given(entry, 'dynamicShapes'),
    ...given(entry, 'ranks'),
    narrows: narrowsOf(entry) ?? base?.narrows ?? {},
    operators: operatorsOf(entry, base, opsets),
  };
}

function given<K extends keyof Profile>(entry: ProfileEntry, key: K): Partial<Pick<Profile, K>> {
  const value = entry.value<Profile[K]>(key);
  return value === undefined ? {} : ({ [key]: value } as unknown as Pick<Profile, K>);
}

function baseOf(entry: ProfileEntry, like: ProfileLookup): Profile | undefined {
  const name = entry.value<string>('like');
  if (name === undefined) return undefined;
  const found = like(name);
  if (!found) throw entry.error(`there is no profile "${name}": graphwright targets lists them`, 'like');
  return found;
}

function sourceOf(entry: ProfileEntry): ProfileSource {
  const fields = { title: 'text', url: 'text', version: 'text', date: 'text' } as const;
  entry.expect(fields, Object.keys(fields));
  const text = (key: keyof typeof fields) => entry.value<string>(key) ?? '';
  return { title: text('title'), url: text('url'), version: text('version'), date: text('date') };
}

function aspectsOf(entry: ProfileEntry, base: Profile | undefined): readonly Aspect[] {
  const names = entry.value<readonly string[]>('covers') ?? base?.covers ?? ['operators'];
  const wrong = names.find((name) => !Object.hasOwn(ASPECTS, name));
  if (wrong !== undefined) throw entry.error(`"${wrong}" is not one of ${Object.keys(ASPECTS).join(', ')}`, 'covers');
  return names.filter((name): name is Aspect => Object.hasOwn(ASPECTS, name));
}

function opsetsOf(entry: ProfileEntry, base: Profile | undefined): ReadonlyMap<string, Span> {
  const own = entry.object('opsets');
  const opsets = new Map(base?.opsets ?? [['', [1, LATEST_OPSET] as const]]);
  for (const [domain, node] of own?.entries() ?? []) {
    own?.expect({ [domain]: 'span', ...othersOf(own, domain) });
    const [least, most] = getNodeValue(node) as Span;
    const latest = latestOpset(domain);
    if (latest !== undefined && most > latest)
      throw own?.error(`the newest opset of ${domain} that is known is ${latest}`, domain);
    opsets.set(onnxDomain(domain), [least, most]);
  }
  return opsets;
}

function othersOf(entry: ProfileEntry, but: string): Record<string, FieldKind> {
  return Object.fromEntries([...entry.entries()].flatMap(([name]) => (name === but ? [] : [[name, 'any' as const]])));
}

function narrowsOf(entry: ProfileEntry): Readonly<Record<string, string>> | undefined {
  const narrows = entry.value<Record<string, string>>('narrows');
  for (const [from, to] of Object.entries(narrows ?? {})) {
    const wrong = [from, to].find((each) => !isDataType(each));
    if (wrong !== undefined) throw entry.error(`"${wrong}" is no element type`, 'narrows');
  }
  return narrows;
}

/** Rows of the file take the place of those that it stands on; null takes an operator away. */
function operatorsOf(
  entry: ProfileEntry,
  base: Profile | undefined,
  opsets: Profile['opsets'],
): ReadonlyMap<string, readonly OperatorLimits[]> {
  const rows = new Map(base?.operators);
  const own = entry.object('operators');
  for (const [written, node] of own?.entries() ?? []) {
    // `ai.onnx::Conv` is `Conv`.
    const key = written.replace(/^(ai\.onnx)?::/, '');
    if (own && node.type !== 'null') rows.set(key, rowsOf(own, written, node, opsets));
    else rows.delete(key);
  }
  return rows;
}

function rowsOf(own: ProfileEntry, key: string, node: JsonNode, opsets: Profile['opsets']): readonly OperatorLimits[] {
  const schemas = schemasOf(own, key, opsets);
  const entries = node.type === 'array' ? (node.children ?? []) : [node];
  return entries.map((each) => {
    const entry = own.of(each);
    entry.expect(LIMIT_FIELDS);
    if (schemas) checkNames(entry, schemas);
    return getNodeValue(each) as OperatorLimits;
  });
}

/** The versions of an operator in the range; undefined for one of a domain that is not of the standard. */
function schemasOf(own: ProfileEntry, key: string, opsets: Profile['opsets']): readonly OperatorSchema[] | undefined {
  const [domain = '', op = ''] = key.includes('::') ? key.split('::') : ['', key];
  if (!isOnnxDomain(domain)) return undefined;
  const versions = operatorVersions(domain, op);
  if (versions.length === 0)
    throw own.error(`ONNX has no operator ${key}${suggestionOf(nearestName(op, operatorNames(domain)))}`, key);
  const [, highest] = opsets.get(domain) ?? [1, latestOpset(domain) ?? 1];
  const found = versions.flatMap((since) => (since <= highest ? (operatorSchema(domain, op, since) ?? []) : []));
  if (found.length === 0) throw own.error(`${key} came with opset ${versions[0]}, later than ${highest}`, key);
  return found;
}

/** Whether what a row names is of some version of the operator. */
function checkNames(entry: ProfileEntry, schemas: readonly OperatorSchema[]): void {
  const versions = entry.value<readonly number[]>('versions') ?? [];
  const known = schemas.map(({ since }) => since);
  const stray = versions.find((version) => !known.includes(version));
  if (stray !== undefined)
    throw entry.error(`version ${stray} is none of ${schemas[0]?.name}, which has ${known.join(', ')}`, 'versions');
  const inputs = new Set(schemas.flatMap((schema) => schema.inputs.map(({ name }) => name)));
  for (const field of ['constants', 'zeros', 'absent'] as const)
    checkEach(entry, field, entry.value<readonly string[]>(field) ?? [], inputs, 'input');
  const attributes = new Set(schemas.flatMap((schema) => [...schema.attributes.keys()]));
  const table = (field: string) => Object.keys(entry.value<object>(field) ?? {});
  checkEach(entry, 'attributes', table('attributes'), attributes, 'attribute');
  checkEach(
    entry,
    'types',
    table('types'),
    new Set(schemas.flatMap((each) => [...each.types.keys()])),
    'type variable',
  );
  const types = new Set(schemas.flatMap((schema) => [...schema.types.values()].flat()));
  const named = Object.values(entry.value<Record<string, readonly string[]>>('types') ?? {}).flat();
  checkEach(entry, 'types', named, types, 'type');
  const stranger = (entry.value<readonly string[]>('dtypes') ?? []).find((name) => !isDataType(name));
  if (stranger !== undefined) throw entry.error(`"${stranger}" is no element type`, 'dtypes');
  for (const [name, limit] of Object.entries(entry.value<object>('attributes') ?? {}))
    if (!isLimit(limit))
      throw entry.error(`expected "${name}" to be a list of values, or an object with "least" or "most"`, 'attributes');
}

function checkEach(
  entry: ProfileEntry,
  field: string,
  names: readonly string[],
  known: ReadonlySet<string>,
  what: string,
) {
  const stray = names.find((name) => !known.has(name));
  if (stray === undefined) return;
  throw entry.error(`"${stray}" is no ${what} of the operator${suggestionOf(nearestName(stray, known))}`, field);
}

function isLimit(limit: unknown): boolean {
  if (Array.isArray(limit)) return limit.every((each) => typeof each === 'number' || typeof each === 'string');
  const { least, most, ...rest } = (limit ?? {}) as Readonly<Record<string, unknown>>;
  const isNumber = (each: unknown) => each === undefined || typeof each === 'number';
  return isNumber(least) && isNumber(most) && Object.keys(rest).length === 0 && (least ?? most) !== undefined;
}
