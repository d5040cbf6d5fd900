/** Types that follow where a value has got one. */
import type { Value } from '../ir/value.ts';
import type { PassContext } from './pass.ts';

/** Works out the types of values that had none and that follow from the given ones, as far as they go. */
export function inferOnwards(values: readonly Value[], context: PassContext): void {
  const waiting = [...values];
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    for (const user of value.type ? value.users : []) {
      const untyped = user.outputs.filter((output) => !output.type);
      if (untyped.length === 0) continue;
      context.infer(user);
      waiting.push(...untyped.filter((output) => output.type));
    }
  }
}
