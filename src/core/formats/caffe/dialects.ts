/** The dialects whose schemas come with Graphwright, read from their text when they are first needed. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ascendProto from '../../../../proto/caffe/ascend.proto?raw';
import bvlcProto from '../../../../proto/caffe/bvlc.proto?raw';
import cambriconProto from '../../../../proto/caffe/cambricon.proto?raw';
import intelProto from '../../../../proto/caffe/intel.proto?raw';
import mnnProto from '../../../../proto/caffe/mnn.proto?raw';
import nartProto from '../../../../proto/caffe/nart.proto?raw';
import ncnnProto from '../../../../proto/caffe/ncnn.proto?raw';
import nvcaffeProto from '../../../../proto/caffe/nvcaffe.proto?raw';
import opencvProto from '../../../../proto/caffe/opencv.proto?raw';
import openvinoProto from '../../../../proto/caffe/openvino.proto?raw';
import segnetProto from '../../../../proto/caffe/segnet.proto?raw';
import ssdProto from '../../../../proto/caffe/ssd.proto?raw';
import tengineProto from '../../../../proto/caffe/tengine.proto?raw';
import yoloUpsampleProto from '../../../../proto/caffe/yolo-upsample.proto?raw';
import type { ReaderFacts } from '../../dialects/caffe/as-read.ts';
import { FRAMEWORKS } from '../../dialects/caffe/frameworks.ts';
import type { LayerFacts } from '../../dialects/caffe/layers.ts';
import { readerOf } from '../../dialects/caffe/readers.ts';
import type { CaffeSchema } from '../../dialects/caffe/schema.ts';
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import { type ProtoFile, schemaOfProto } from './proto.ts';

const PROTOS = {
  bvlc: bvlcProto,
  ssd: ssdProto,
  opencv: opencvProto,
  'yolo-upsample': yoloUpsampleProto,
  nvcaffe: nvcaffeProto,
  intel: intelProto,
  segnet: segnetProto,
  ncnn: ncnnProto,
  openvino: openvinoProto,
  mnn: mnnProto,
  tengine: tengineProto,
  nart: nartProto,
  ascend: ascendProto,
  cambricon: cambriconProto,
} as const;

export type CaffeDialect = keyof typeof PROTOS;

/**
 * Of two that fit a file alike, the first is meant: the more common ones, of which OpenCV's is the strictest; frameworks that
 * networks are made in; then those that only read them.
 */
export const CAFFE_DIALECTS = Object.keys(PROTOS) as readonly CaffeDialect[];

/** A dialect of Graphwright, or one with a schema of its own. */
export interface DialectFacts {
  readonly dialect: string;
  /** The path of a user's schema. */
  readonly proto?: string | undefined;
}

const read = new Map<CaffeDialect, CaffeSchema>();

export function schemaOf(dialect: CaffeDialect): CaffeSchema {
  let schema = read.get(dialect);
  if (!schema) {
    schema = schemaOfProto(protoFile(dialect));
    read.set(dialect, schema);
  }
  return schema;
}

/** The schema of a backend. Throws InputError where a user's own cannot be read. */
export function schemaFor({ dialect, proto }: DialectFacts): CaffeSchema {
  if (proto !== undefined) return schemaOfProto(userProto(proto));
  const own = CAFFE_DIALECTS.find((each) => each === dialect);
  if (!own) throw new Error(`there is no dialect ${dialect}`);
  return schemaOf(own);
}

/** Imports of a user's schema lie beside it, or are those of Graphwright. */
function userProto(path: string): ProtoFile {
  const beside = (name: string) => join(dirname(path), name);
  return {
    name: path,
    text: readFileSync(path, 'utf8'),
    imported: (name) => (existsSync(beside(name)) ? userProto(beside(name)) : ownProto(name)),
  };
}

/** What a file of the dialect can say. */
export function vocabularyOf(dialect: CaffeDialect): CaffeVocabulary {
  const { title, layers } = FRAMEWORKS[dialect];
  return {
    id: dialect,
    title,
    schema: schemaOf(dialect),
    layers: new Set<string>(layers),
    own: {},
    reader: readerOf(dialect),
  };
}

/** What a backend says of the dialect that it reads. */
export interface BackendFacts extends DialectFacts {
  readonly title: string;
  readonly layers: ReadonlySet<string>;
  readonly own: Readonly<Record<string, LayerFacts>>;
  readonly limits: ReaderFacts;
}

/** What a file for a backend with a schema of its own can say. */
export function vocabularyFor(backend: BackendFacts): CaffeVocabulary {
  const { dialect, title, layers, own, limits } = backend;
  return { id: dialect, title, schema: schemaFor(backend), layers, own, reader: limits };
}

/** The schema of Graphwright that a .proto file imports by name, such as `bvlc.proto`; undefined where there is none. */
export function ownProto(name: string): ProtoFile | undefined {
  const dialect = CAFFE_DIALECTS.find((each) => name === `${each}.proto`);
  return dialect && protoFile(dialect);
}

function protoFile(dialect: CaffeDialect): ProtoFile {
  return { name: `${dialect}.proto`, text: PROTOS[dialect], imported: ownProto };
}
