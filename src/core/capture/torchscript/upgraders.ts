/**
 * What operators meant in archives of old versions, said with today's operators. Versions and meanings:
 * torch/csrc/jit/operator_upgraders/upgraders_entry.cpp and version_map.cpp.
 */
import type { TorchScriptArchive } from '../../formats/torch/archive.ts';
import { DATA_TYPES, isFloat } from '../../ir/dtype.ts';
import type { Keywords } from '../operators/dispatch.ts';
import type { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor } from '../values/values.ts';

interface Call {
  readonly name: string;
  readonly args: readonly CapturedValue[];
  readonly keywords: Keywords;
}

interface Upgrader {
  /** The first version in which the operator means what it means today. */
  readonly since: number;
  readonly upgrade: (call: Call) => Call;
}

/** c10's number of float32. */
const FLOAT32 = 6n;
const DEFAULT_STEPS = 100n;

/** Integers were divided as integers, towards zero. */
function divide(call: Call): Call {
  const { args, keywords } = call;
  const [self, other = keywords.get('other')] = args;
  const floating = [self, other].some((value) =>
    isTensor(value) ? !value.info || isFloat(value.info.dtype) : typeof value === 'number',
  );
  if (!isTensor(self) || floating || keywords.has('rounding_mode')) return call;
  return { ...call, keywords: new Map([...keywords, ['rounding_mode', 'trunc']]) };
}

/** Without a dtype, it was float32 whatever filled it. */
function full(call: Call): Call {
  const { keywords } = call;
  if ((keywords.get('dtype') ?? null) !== null) return call;
  return { ...call, keywords: new Map([...keywords, ['dtype', FLOAT32]]) };
}

/** The count of steps could be left out. */
function steps(call: Call): Call {
  const { args, keywords } = call;
  const [start = null, end = null, count = null, ...rest] = args;
  if (count !== null || (keywords.get('steps') ?? null) !== null) return call;
  if (args.length > 2) return { ...call, args: [start, end, DEFAULT_STEPS, ...rest] };
  return { ...call, keywords: new Map([...keywords, ['steps', DEFAULT_STEPS]]) };
}

/**
 * Until 1.12 it rounded towards zero. PyTorch has no upgrader for it, and an archive's version is the least that its operators
 * need: from 3 on (1.6) it does not tell old files from new ones, and the operator means what PyTorch makes of it today
 * (`roundingOpen` says where that matters).
 */
function floorDivide({ name, args, keywords }: Call): Call {
  if (!args.some(isTensor)) return { name, args, keywords };
  return {
    name: name.replace('floor_divide', 'div'),
    args,
    keywords: new Map([...keywords, ['rounding_mode', 'trunc']]),
  };
}

const UPGRADERS: Readonly<Record<string, Upgrader>> = {
  div: { since: 4, upgrade: divide },
  div_: { since: 4, upgrade: divide },
  floor_divide: { since: 3, upgrade: floorDivide },
  floor_divide_: { since: 3, upgrade: floorDivide },
  full: { since: 5, upgrade: full },
  linspace: { since: 8, upgrade: steps },
  logspace: { since: 9, upgrade: steps },
};

/** The call that does today what this one of an `aten::` operator did in an archive of that version. */
export function upgraded(version: number, call: Call): Call {
  const upgrader = Object.hasOwn(UPGRADERS, call.name) ? UPGRADERS[call.name] : undefined;
  return upgrader && version < upgrader.since ? upgrader.upgrade(call) : call;
}

/**
 * Whether a call is `floor_divide`, and the archive does not say by which PyTorch it rounded, and the result shows no sign that
 * both ways agree: quotients that are rounded down to 0 or more are not negative, nor are those of sizes.
 */
export function roundingOpen(
  { identified }: TorchScriptArchive,
  name: string,
  result: CapturedValue,
): result is TensorValue {
  if (identified || !/^floor_divide_?$/.test(name) || !isTensor(result) || !result.info) return false;
  const { element, info, scalar } = result;
  if (DATA_TYPES[info.dtype].kind === 'uint' || scalar?.size !== undefined) return false;
  return typeof element !== 'bigint' && typeof element !== 'number' ? true : element < 0;
}
