/** The table of Caffe backends. */
import { InputError } from '../ir/errors.ts';
import type { CaffeBackend } from './caffe-backend.ts';
import { bvlc, bvlcRelease } from './caffe-bvlc.ts';
import { opencv } from './caffe-opencv.ts';

export const CAFFE_BACKENDS: ReadonlyMap<string, CaffeBackend> = new Map(
  [bvlc, bvlcRelease, opencv].map((backend) => [backend.id, backend]),
);

/** The backend of that id. Throws InputError `bad-argument` that lists what there is. */
export function caffeBackend(id: string): CaffeBackend {
  const found = CAFFE_BACKENDS.get(id);
  if (found) return found;
  const known = [...CAFFE_BACKENDS.keys()].join(', ');
  throw new InputError('bad-argument', `there is no Caffe backend "${id}"`, undefined, `Backends: ${known}.`);
}
