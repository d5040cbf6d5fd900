/** The dialects whose schemas come with Graphwright, read from their text when they are first needed. */
import bvlcProto from '../../../../proto/caffe/bvlc.proto?raw';
import opencvProto from '../../../../proto/caffe/opencv.proto?raw';
import type { CaffeSchema } from '../../dialects/caffe/schema.ts';
import { schemaOfProto } from './proto.ts';

const PROTOS = { bvlc: bvlcProto, opencv: opencvProto } as const;

export type CaffeDialect = keyof typeof PROTOS;

/** In the order in which a file is tried. */
export const CAFFE_DIALECTS: readonly CaffeDialect[] = ['bvlc', 'opencv'];

const read = new Map<CaffeDialect, CaffeSchema>();

export function schemaOf(dialect: CaffeDialect): CaffeSchema {
  let schema = read.get(dialect);
  if (!schema) {
    schema = schemaOfProto(PROTOS[dialect]);
    read.set(dialect, schema);
  }
  return schema;
}
