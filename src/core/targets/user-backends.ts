/**
 * Caffe backends of a user's own: graphwright.caffe.json (JSON with comments), found upward from the model. An entry names a
 * .proto and says where its framework differs from one that is known.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { getNodeValue, type Node as JsonNode } from 'jsonc-parser';
import type { LayerFacts } from '../dialects/caffe/layers.ts';
import { InputError } from '../ir/errors.ts';
import { lineAt, parseJsonWithComments } from '../json-with-comments.ts';
import { CaffeBackend, type CaffeLimits } from './caffe-backend.ts';
import { CAFFE_SOURCES } from './caffe-backends.ts';
import { blobLimits, layerLimits } from './own-limits.ts';

export const BACKENDS_FILE = 'graphwright.caffe.json';
const VERSION = 1;

/** The backends for a model: those of the nearest file. Throws InputError with the line. */
export function userBackends(modelPath: string): readonly CaffeBackend[] {
  const file = findBackendsFile(modelPath);
  return file === undefined ? [] : parseBackends(readFileSync(file, 'utf8'), file);
}

/** The nearest file of backends, from the folder of a model upward; undefined where there is none. */
export function findBackendsFile(modelPath: string): string | undefined {
  for (let folder = dirname(resolve(modelPath)); ; folder = dirname(folder)) {
    const path = join(folder, BACKENDS_FILE);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

/** All backends of a file. */
export function parseBackends(text: string, file: string): readonly CaffeBackend[] {
  const root = parseJsonWithComments(text, file);
  const entry = (node: JsonNode) => new Entry(node, file, (offset) => lineAt(text, offset));
  const whole = entry(root);
  whole.knows(['version', 'backends', '$schema']);
  if (whole.value('version') !== VERSION) throw whole.error(`expected "version": ${VERSION}`, 'version');
  const list = whole.node('backends');
  if (list?.type !== 'array') throw whole.error('expected a list "backends"', 'backends');
  const backends: CaffeBackend[] = [];
  for (const node of list.children ?? []) backends.push(backendOf(entry(node), file, backends));
  return backends;
}

const KEYS = [
  ...['name', 'title', 'proto', 'like', 'layers', 'adds', 'lacks'],
  ...['floorPooling', 'ignores', 'blobs', 'takes'],
];

function backendOf(entry: Entry, file: string, before: readonly CaffeBackend[]): CaffeBackend {
  entry.knows(KEYS);
  const id = entry.text('name');
  if (!/^[a-z][a-z0-9_-]*$/.test(id))
    throw entry.error(`"${id}" is not a name: small letters, digits, - and _`, 'name');
  const known = [...CAFFE_SOURCES, ...before];
  if (known.some((backend) => backend.id === id)) throw entry.error(`there is a backend "${id}" already`, 'name');
  const name = entry.value('like') === undefined ? 'bvlc-release' : entry.text('like');
  const like = known.find((backend) => backend.id === name);
  if (!like) throw entry.error(`expected "like" to be one of ${known.map((each) => each.id).join(', ')}`, 'like');
  const adds = addsOf(entry);
  const lacks = entry.texts('lacks') ?? [];
  const layers = [...(entry.texts('layers') ?? like.layers), ...Object.keys(adds)];
  const title = entry.value('title') === undefined ? id : entry.text('title');
  const proto = resolve(dirname(file), entry.text('proto'));
  if (!existsSync(proto)) throw entry.error(`there is no file ${proto}`, 'proto');
  return new CaffeBackend({
    ...like.facts,
    id,
    title,
    description: `like ${like.title}, as ${file} says`,
    source: file,
    dialect: id,
    base: like.base,
    proto,
    layers: layers.filter((layer) => !lacks.includes(layer)),
    own: { ...like.own, ...adds },
    limits: limitsOf(entry, like.limits),
  });
}

function limitsOf(entry: Entry, { floorPooling: before, ...limits }: CaffeLimits): CaffeLimits {
  const ignores = [...(limits.ignores ?? []), ...(entry.texts('ignores') ?? [])];
  const given = entry.value('floorPooling');
  const floorPooling = given === undefined ? before : given === null ? undefined : floorOf(entry, given);
  const said = (key: string) => (message: string) => entry.error(message, key);
  const [blobs, takes] = [entry.value('blobs'), entry.value('takes')];
  return {
    ...limits,
    ignores,
    ...(floorPooling && { floorPooling }),
    ...(blobs !== undefined && { blobs: blobLimits(blobs, said('blobs')) }),
    ...(takes !== undefined && { takes: joined(limits.takes, layerLimits(takes, said('takes'))) }),
  };
}

/** Limits of one layer type come to those of the backend that it is like. */
function joined(before: CaffeLimits['takes'] = {}, own: NonNullable<CaffeLimits['takes']>) {
  return {
    ...before,
    ...Object.fromEntries(Object.entries(own).map(([type, each]) => [type, { ...before[type], ...each }])),
  };
}

function floorOf(entry: Entry, given: unknown): NonNullable<CaffeLimits['floorPooling']> {
  const { path, value } = given as { readonly path?: unknown; readonly value?: unknown };
  if (typeof path === 'string' && (typeof value === 'string' || typeof value === 'boolean')) return { path, value };
  throw entry.error('expected "floorPooling" to have a "path" and a "value", or to be null', 'floorPooling');
}

function addsOf(entry: Entry): Readonly<Record<string, LayerFacts>> {
  const given = entry.value('adds') ?? {};
  const rows = typeof given === 'object' && !Array.isArray(given) ? Object.entries(given) : undefined;
  if (!rows) throw entry.error('expected "adds" to be an object of layer types', 'adds');
  return Object.fromEntries(
    rows.map(([type, facts]) => {
      const { parameters, blobs } = facts as { readonly parameters?: unknown; readonly blobs?: unknown };
      const isText = parameters === undefined || typeof parameters === 'string';
      if (!isText || (blobs !== undefined && !isTexts(blobs)))
        throw entry.error(`expected "${type}" to have "parameters", a text, and "blobs", a list of names`, 'adds');
      return [type, { ...(parameters !== undefined && { parameters }), ...(isTexts(blobs) && { blobs }) }];
    }),
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** One object of the file, with the lines of its fields. */
class Entry {
  constructor(
    private readonly object: JsonNode,
    private readonly file: string,
    private readonly lineOf: (offset: number) => number,
  ) {}

  node(key: string): JsonNode | undefined {
    return this.object.children?.find(({ children }) => children?.[0]?.value === key)?.children?.[1];
  }

  value(key: string): unknown {
    const node = this.node(key);
    return node && getNodeValue(node);
  }

  text(key: string): string {
    const value = this.value(key);
    if (typeof value === 'string' && value !== '') return value;
    throw this.error(`expected a text "${key}"`, key);
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.value(key);
    if (value === undefined || isTexts(value)) return value;
    throw this.error(`expected a list of names "${key}"`, key);
  }

  knows(keys: readonly string[]): void {
    for (const { children, offset } of this.object.children ?? []) {
      const key = children?.[0]?.value;
      if (!keys.includes(key)) throw this.at(`"${key}" is not a field here`, offset);
    }
  }

  error(message: string, key: string): InputError {
    return this.at(message, (this.node(key) ?? this.object).offset);
  }

  private at(message: string, offset: number): InputError {
    const place = { file: this.file, line: this.lineOf(offset) };
    return new InputError('file-malformed', message, place, 'docs/caffe.md describes every field.');
  }
}
