/**
 * What operators meant in archives of old versions, said with today's operators. Versions and meanings:
 * torch/csrc/jit/operator_upgraders/upgraders_entry.cpp and version_map.cpp.
 */
import { isFloat } from '../../ir/dtype.ts';
import type { Keywords } from '../operators/dispatch.ts';
import { type CapturedValue, isTensor } from '../values/values.ts';

interface Arguments {
  readonly args: readonly CapturedValue[];
  readonly keywords: Keywords;
}

interface Upgrader {
  /** The first version in which the operator means what it means today. */
  readonly since: number;
  readonly upgrade: (call: Arguments) => Arguments;
}

/** c10's number of float32. */
const FLOAT32 = 6n;
const DEFAULT_STEPS = 100n;

/** Integers were divided as integers, towards zero. */
function divide({ args, keywords }: Arguments): Arguments {
  const [self, other = keywords.get('other')] = args;
  const floating = [self, other].some((value) =>
    isTensor(value) ? !value.info || isFloat(value.info.dtype) : typeof value === 'number',
  );
  if (!isTensor(self) || floating || keywords.has('rounding_mode')) return { args, keywords };
  return { args, keywords: new Map([...keywords, ['rounding_mode', 'trunc']]) };
}

/** Without a dtype, it was float32 whatever filled it. */
function full({ args, keywords }: Arguments): Arguments {
  if ((keywords.get('dtype') ?? null) !== null) return { args, keywords };
  return { args, keywords: new Map([...keywords, ['dtype', FLOAT32]]) };
}

/** The count of steps could be left out. */
function steps({ args, keywords }: Arguments): Arguments {
  const [start = null, end = null, count = null, ...rest] = args;
  if (count !== null || (keywords.get('steps') ?? null) !== null) return { args, keywords };
  if (args.length > 2) return { args: [start, end, DEFAULT_STEPS, ...rest], keywords };
  return { args, keywords: new Map([...keywords, ['steps', DEFAULT_STEPS]]) };
}

const UPGRADERS: Readonly<Record<string, Upgrader>> = {
  div: { since: 4, upgrade: divide },
  div_: { since: 4, upgrade: divide },
  full: { since: 5, upgrade: full },
  linspace: { since: 8, upgrade: steps },
  logspace: { since: 9, upgrade: steps },
};

/** The arguments with which today's `aten::name` does what it did in an archive of that version. */
export function upgraded(version: number, name: string, call: Arguments): Arguments {
  const upgrader = Object.hasOwn(UPGRADERS, name) ? UPGRADERS[name] : undefined;
  return upgrader && version < upgrader.since ? upgrader.upgrade(call) : call;
}
