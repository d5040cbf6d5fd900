/** Targets that are known by a profile: those that come with Graphwright, and those of users. */
import { readFileSync } from 'node:fs';
import { LATEST_OPSET, operatorVersions } from '../dialects/onnx/operators.ts';
import { InputError } from '../ir/errors.ts';
import { ONNX_TARGET } from './onnx.ts';
import { limitsOf, type Profile } from './profile.ts';
import { PROFILE_FILES, type ProfileHead } from './profile-files.ts';
import { readProfile } from './profile-reader.ts';
import type { OnnxTarget } from './target.ts';

/** As `--to` asks for the profile of a name. */
export const PROFILE_PREFIX = 'onnx:';

const read = new Map<string, Profile>();

/** The profile of that name; undefined where none comes with Graphwright. Each is read when it is first asked for. */
export function profileNamed(name: string): Profile | undefined {
  const known = read.get(name);
  const file = PROFILE_FILES.find((each) => each.name === name);
  if (known || !file) return known;
  const profile = readProfile(JSON.stringify(file), `${name}.json`, PROFILE_PREFIX + name, profileNamed);
  read.set(name, profile);
  return profile;
}

export const PROFILE_TARGETS: readonly OnnxTarget[] = PROFILE_FILES.map(targetOfHead);

/** The target of a user's own profile. Throws InputError: where there is no such file, or with the line of what is wrong. */
export function profileTargetAt(path: string): OnnxTarget {
  const profile = readProfile(textOf(path), path, path, profileNamed);
  const [lowest, highest] = profile.opsets.get('') ?? [1, ONNX_TARGET.opsets.highest];
  return makeTarget(profile, { lowest, highest }, () => profile);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new InputError('file-missing', 'this target profile cannot be read', { file: path }, 'Check the path.');
  }
}

function targetOfHead({ name, title, description, opsets }: ProfileHead): OnnxTarget {
  const [lowest = 1, highest = LATEST_OPSET] = opsets?.['ai.onnx'] ?? [];
  const id = PROFILE_PREFIX + name;
  return makeTarget({ id, title, description }, { lowest, highest }, () => {
    const profile = profileNamed(name);
    if (!profile) throw new Error(`there is no profile ${name}`);
    return profile;
  });
}

/** The opsets are those that the target takes; which of them can be written is the business of ONNX_TARGET. */
function makeTarget(
  { id, title, description }: Pick<OnnxTarget, 'id' | 'title' | 'description'>,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
  profile: () => Profile,
): OnnxTarget {
  const usual = Math.min(Math.max(ONNX_TARGET.opsets.usual, lowest), highest);
  return {
    kind: 'onnx',
    id,
    title,
    description,
    opsets: { lowest, highest, usual },
    get fusions() {
      return fusionsFor(profile());
    },
    get profile() {
      return profile();
    },
  };
}

/** The operator that each fusion of ONNX makes. */
const MADE_BY: Readonly<Record<string, string>> = {
  ...{ 'erf-gelu': 'Gelu', 'tanh-gelu': 'Gelu', sigmoid: 'Sigmoid', swish: 'Swish', 'scaled-swish': 'Swish' },
  ...{ softplus: 'Softplus', 'softplus-of-magnitude': 'Softplus', softsign: 'Softsign', mish: 'Mish' },
  ...{ 'relu6-hard-sigmoid': 'HardSigmoid', 'hard-sigmoid': 'HardSigmoid', 'hard-swish': 'HardSwish' },
  ...{ 'relu-of-where': 'Relu', 'thresholded-relu': 'ThresholdedRelu' },
  ...{ 'leaky-relu': 'LeakyRelu', 'leaky-relu-of-max': 'LeakyRelu', prelu: 'PRelu', 'prelu-of-two': 'PRelu' },
  ...{ 'prelu-of-sum': 'PRelu', elu: 'Elu', 'elu-of-one': 'Elu', celu: 'Celu', selu: 'Selu' },
  ...{ 'layer-normalization': 'LayerNormalization', 'layer-normalization-of-rows': 'LayerNormalization' },
  ...{ 'rms-normalization': 'RMSNormalization', 'group-normalization': 'GroupNormalization' },
  ...{ 'sum-of-squares': 'ReduceSumSquare', 'sum-of-squares-before-18': 'ReduceSumSquare' },
  ...{ 'sum-of-magnitudes': 'ReduceL1', 'sum-of-magnitudes-before-18': 'ReduceL1' },
  ...{ 'log-of-sum-of-exponentials': 'ReduceLogSumExp', 'log-of-sum-of-exponentials-before-18': 'ReduceLogSumExp' },
  ...{
    'root-of-sum-of-squares': 'ReduceL2',
    'softmax-of-exponentials': 'Softmax',
    'maximum-before-softmax': 'Softmax',
  },
  ...{ 'depth-to-space-dcr': 'DepthToSpace', 'depth-to-space-crd': 'DepthToSpace', 'space-to-depth': 'SpaceToDepth' },
};

/** Those fusions of ONNX whose operator is taken in all versions of the range, without limits beside its types. */
function fusionsFor({ operators, opsets }: Profile): readonly string[] {
  const [, highest] = opsets.get('') ?? [1, ONNX_TARGET.opsets.highest];
  return ONNX_TARGET.fusions.filter((name) => {
    const operator = MADE_BY[name];
    const rows = operator === undefined ? undefined : operators.get(operator);
    if (operator === undefined || !rows) return false;
    const versions = operatorVersions('', operator).filter((since) => since <= highest);
    const [newest] = versions.slice(-1);
    const limits = newest === undefined ? undefined : limitsOf(rows, newest);
    return limits !== undefined && Object.keys(limits).every((key) => ['versions', 'types', 'dtypes'].includes(key));
  });
}
