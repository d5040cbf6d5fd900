/** Tensors that are filled with a float or a bool that only a run knows. */
import { ScalarValue } from '../values/scalars.ts';
import type { CapturedValue } from '../values/values.ts';
import type { Operators } from './operators.ts';

/** Where each of them takes what it fills with. */
const FILLS: Readonly<Record<string, number>> = { full: 1, full_like: 1, new_full: 2 };

/** The tensor, filled with nothing first, which has the same type; undefined for other calls. Ints are sizes as they are. */
export function fillWithScalar(
  operators: Operators,
  name: string,
  args: readonly CapturedValue[],
  keywords: ReadonlyMap<string, CapturedValue>,
): CapturedValue | undefined {
  const at = Object.hasOwn(FILLS, name) ? FILLS[name] : undefined;
  if (at === undefined) return undefined;
  const fill = args[at] ?? keywords.get('fill_value');
  if (!(fill instanceof ScalarValue) || fill.type === 'int') return undefined;
  const nothing = fill.type === 'float' ? 0 : false;
  const made = operators.call(name, {
    positional: args.map((arg, k) => (k === at ? nothing : arg)),
    keywords: at < args.length ? keywords : new Map([...keywords, ['fill_value', nothing]]),
  });
  return operators.call('fill', { positional: [made, fill], keywords: new Map() });
}
