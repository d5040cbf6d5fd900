/** Dialects that networks are written in, too. */
import { CAFFE_DIALECTS, type CaffeDialect } from '../../src/core/formats/caffe/dialects.ts';
import { CAFFE_BACKENDS } from '../../src/core/targets/caffe-backends.ts';

export const TARGET_DIALECTS: readonly CaffeDialect[] = CAFFE_DIALECTS.filter((dialect) =>
  CAFFE_BACKENDS.some(({ id }) => id === dialect),
);
