/** The table of targets. Caffe's come from the table of its backends. */
import { InputError } from '../ir/errors.ts';
import { CAFFE_BACKENDS } from './caffe-backends.ts';
import { ONNX_TARGET } from './onnx.ts';
import type { CaffeTarget, Target } from './target.ts';

export const TARGETS: readonly Target[] = [
  ONNX_TARGET,
  ...[...CAFFE_BACKENDS.values()].map(
    (backend): CaffeTarget => ({
      kind: 'caffe',
      id: `caffe:${backend.id}`,
      title: `Caffe (${backend.title})`,
      description: backend.description,
      fusions: backend.fusions,
      backend: backend.id,
    }),
  ),
];

/** The target of that id. Throws InputError `bad-argument` that lists what there is. */
export function targetOf(id: string): Target {
  const found = TARGETS.find((target) => target.id === id);
  if (found) return found;
  const known = TARGETS.map((target) => target.id).join(', ');
  throw new InputError('bad-argument', `there is no target "${id}"`, undefined, `Targets: ${known}.`);
}
