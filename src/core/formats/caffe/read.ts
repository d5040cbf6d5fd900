/** Opens a Caffe network: a .caffemodel, a .prototxt, or both. The dialect is the one whose tables fit the file best. */
import { existsSync } from 'node:fs';
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import { type ByteSource, FileBytes } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { type Model, makeModel } from '../../ir/model.ts';
import type { Problem } from '../../problems/problem.ts';
import { bindText } from './bind.ts';
import { unknownBytes } from './blob.ts';
import { LayerCheck } from './check-layer.ts';
import { decodeNet } from './decode.ts';
import { type DialectScore, scoreDialects } from './detect-dialect.ts';
import { type BackendFacts, CAFFE_DIALECTS, vocabularyFor, vocabularyOf } from './dialects.ts';
import { binaryEvidence, type Evidence, textEvidence } from './evidence.ts';
import { Findings, placeOf } from './findings.ts';
import { linkNet } from './link.ts';
import { parseText } from './text.ts';
import type { Tree } from './tree.ts';
import { type Upgraded, upgradeNet } from './upgrade.ts';

export interface CaffeReading {
  /** The other file of the pair; else one that lies beside under the same name. */
  readonly prototxt?: string | undefined;
  /** The dialect to believe, by its name; else it is told by the file. */
  readonly dialect?: string | undefined;
  /** Stages that the network is run for. */
  readonly stages?: readonly string[];
  /** Dialects beside those of Graphwright. */
  readonly further?: readonly CaffeVocabulary[];
}

export interface CaffeRead {
  readonly model: Model;
  readonly problems: readonly Problem[];
  /** The dialect that the file was read as, then the others, the best first. */
  readonly scores: readonly DialectScore[];
}

/** As `readCaffeNet`, for callers that know what they read. */
export function readCaffe(file: ByteSource, prototxt?: string, backend?: BackendFacts): Model {
  const further = backend?.proto === undefined ? [] : [vocabularyFor(backend)];
  return readCaffeNet(file, { prototxt, dialect: backend?.dialect, further }).model;
}

/**
 * Reads a network and leaves its weights in their file. Nodes are layers of domain `caffe`: inputs are bottoms, then blobs;
 * attributes are paths of fields. What is wrong with the network is in the result; bad input throws InputError.
 */
export function readCaffeNet(file: ByteSource, reading: CaffeReading = {}): CaffeRead {
  const text = isText(file);
  const path = reading.prototxt ?? companion(file.name, text);
  const other = path === undefined ? undefined : new FileBytes(path);
  try {
    const own = text ? textFile(file) : binaryFile(file);
    return readFiles(other ? [own, text ? binaryFile(other) : textFile(other)] : [own], reading);
  } finally {
    // It opens itself again when weights are read.
    other?.close();
  }
}

function readFiles(files: readonly [NetFile, NetFile?], reading: CaffeReading): CaffeRead {
  const [own] = files;
  const given = files.flatMap((each) => each ?? []);
  const all = [...CAFFE_DIALECTS.map(vocabularyOf), ...(reading.further ?? [])];
  const { dialect, scores } = chosen(all, given, reading.dialect);
  const structure = given.find((each) => each.isText) ?? own;
  const weights = given.find((each) => each !== structure);

  const findings = new Findings();
  const net = upgraded(structure, dialect, findings);
  if (net.trees('layer').length === 0) throw noLayers(own.name);
  const check = new LayerCheck(dialect, all, structure.name, findings);
  check.net(net);
  const graph = linkNet({
    net,
    file: structure.name,
    dialect,
    weights: weights && { net: upgraded(weights, dialect, new Findings()), file: weights.name },
    stages: reading.stages ?? [],
    findings,
    seen: (node, layer) => check.check(node, layer),
  });
  const model = makeModel('caffe', graph, { file: own.name });
  model.metadata.set('caffe.dialect', dialect.id);
  model.unknown = unknownBytes(net.unknown);
  const note = reading.dialect === undefined ? dialectNote(dialect, scores) : undefined;
  if (note !== undefined) findings.add('caffe-dialect', undefined, undefined, { dialect: dialect.id, reason: note });
  return { model, problems: findings.problems, scores };
}

/** One of the two files, before it has a meaning. */
interface NetFile {
  readonly name: string;
  readonly isText: boolean;
  readonly evidence: Evidence;
  /** Throws InputError `syntax-error`, `file-malformed`, `file-truncated`, `file-too-large`. */
  read(dialect: CaffeVocabulary): Tree;
}

const LARGEST_TEXT = 1 << 28;

function textFile(file: ByteSource): NetFile {
  if (file.size > LARGEST_TEXT) {
    const message = `a text of ${file.size} bytes is no network`;
    throw new InputError('file-too-large', message, { file: file.name }, 'Name the .prototxt of a network.');
  }
  const parsed = parseText(new TextDecoder().decode(file.read(0, file.size)), file.name);
  return {
    name: file.name,
    isText: true,
    evidence: textEvidence(parsed),
    read: ({ schema }) => bindText(parsed, schema.net, file.name),
  };
}

function binaryFile(file: ByteSource): NetFile {
  return {
    name: file.name,
    isText: false,
    evidence: binaryEvidence(file),
    read: ({ schema }) => decodeNet(file, schema),
  };
}

/** The other file of the pair, where there is one under the same name. */
function companion(name: string, text: boolean): string | undefined {
  const other = text ? name.replace(/\.prototxt$/i, '.caffemodel') : name.replace(/\.caffemodel$/i, '.prototxt');
  return other !== name && existsSync(other) ? other : undefined;
}

function chosen(all: readonly CaffeVocabulary[], files: readonly NetFile[], named: string | undefined) {
  const scored = scoreDialects(
    files.map(({ evidence }) => evidence),
    all,
  );
  const best = named === undefined ? scored[0] : scored.find(({ id }) => id === named);
  if (!best) {
    const known = all.map(({ id }) => `caffe:${id}`).join(', ');
    throw new InputError('bad-argument', `there is no Caffe dialect "${named}"`, undefined, `Dialects: ${known}.`);
  }
  const scores = [best, ...scored.filter((each) => each !== best)].map(({ id, title, score }) => ({
    id,
    title,
    score,
  }));
  return { dialect: best.dialect, scores };
}

function upgraded(file: NetFile, dialect: CaffeVocabulary, findings: Findings): Tree {
  const { net, age, lost }: Upgraded = upgradeNet(file.read(dialect), dialect.schema, file.name);
  if (age !== 'V2') {
    const [first] = net.entries.filter(({ field }) => field.name === 'layer');
    const place = first && placeOf(first, file.name);
    findings.add('layers-upgraded', undefined, place, { year: age === 'V1' ? '2014' : '2013' });
  }
  for (const { layer, field } of lost) {
    const name = `of number ${'number' in field ? field.number : ''} (layer ${layer})`;
    const place = 'offset' in field ? { file: file.name, offset: field.offset } : undefined;
    findings.add('field-unknown', undefined, place, {
      message: 'V1LayerParameter',
      field: name,
      dialect: dialect.id,
      knows: '',
    });
  }
  return net;
}

/** What is to be said of the choice: nothing where the file is plain Caffe. */
export function dialectNote({ id }: CaffeVocabulary, [best, next]: readonly DialectScore[]): string | undefined {
  if (!best || (id === 'bvlc' && best.score === 1)) return undefined;
  const beside = next ? `, ${percent(next.score)} fits ${next.id}` : '';
  return `${percent(best.score)} of what the file says fits it${beside}`;
}

function percent(score: number): string {
  return `${Math.floor(score * 100)} %`;
}

function isText(file: ByteSource): boolean {
  const head = file.read(0, Math.min(file.size, 4096));
  return head.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13)) && !head.includes(0x7f) && isUtf8(head);
}

/** A character cut off at the end of the head does not count. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function noLayers(file: string): InputError {
  const next = 'Name the .prototxt or .caffemodel of a network.';
  return new InputError('file-malformed', 'the file has no layers', { file }, next);
}
