/** The table of targets. Caffe's come from the table of its backends, and from what a user has beside a model. */
import { InputError } from '../ir/errors.ts';
import type { CaffeBackend } from './caffe-backend.ts';
import { CAFFE_BACKENDS, CAFFE_SOURCES } from './caffe-backends.ts';
import { ONNX_TARGET } from './onnx.ts';
import { PROFILE_TARGETS, profileTargetAt } from './profiles.ts';
import type { CaffeTarget, Target } from './target.ts';
import { userBackends } from './user-backends.ts';
import { type UnusableTarget, userProfiles } from './user-profiles.ts';

function caffeTarget(backend: CaffeBackend): CaffeTarget {
  const { id, title, description, fusions } = backend;
  return { kind: 'caffe', id: `caffe:${id}`, title: `Caffe (${title})`, description, fusions, backend };
}

export const TARGETS: readonly Target[] = [ONNX_TARGET, ...PROFILE_TARGETS, ...CAFFE_BACKENDS.map(caffeTarget)];

/** Those for a model: with what a graphwright.caffe.json beside it or above has. Throws InputError where that is broken. */
export function targetsOf(model: string): readonly Target[] {
  return [...TARGETS, ...userBackends(model).map(caffeTarget)];
}

/** What a table of all targets for a model has: profiles of the user's own come behind ONNX itself, those that are broken among them. */
export function targetsWithOwn(model: string): readonly (Target | UnusableTarget)[] {
  const [onnx, ...others] = targetsOf(model);
  return [...(onnx ? [onnx] : []), ...userProfiles(model), ...others];
}

/**
 * The target of that id, for a model: a graphwright.caffe.json beside it or above may have further backends, and an id that
 * ends in .json is the path of a profile. Throws InputError `bad-argument` that lists what there is.
 */
export function targetOf(id: string, model: string | undefined): Target {
  const own = TARGETS.find((target) => target.id === id);
  if (own) return own;
  if (id.endsWith('.json')) return profileTargetAt(id);
  const all = model === undefined ? TARGETS : targetsOf(model);
  const found = all.find((target) => target.id === id);
  if (found) return found;
  const known = all.map((target) => target.id).join(', ');
  throw new InputError('bad-argument', `there is no target "${id}"`, undefined, `Targets: ${known}.`);
}

/** The backend whose dialect has that name, for a model. */
export function backendOf(dialect: string, model: string | undefined): CaffeBackend {
  const own = CAFFE_SOURCES.find((backend) => backend.id === dialect);
  const found = own ?? (model === undefined ? [] : userBackends(model)).find((backend) => backend.id === dialect);
  if (!found) throw new Error(`there is no backend of the dialect ${dialect}`);
  return found;
}
