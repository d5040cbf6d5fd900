/** Random choices for property tests; the seed stands in the messages of tests that fail. */

export interface RandomNumbers {
  /** Says how to repeat the run. */
  readonly hint: string;
  /** A whole number from 0 up to `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Numbers from a seed, which TEST_SEED may set (xorshift of 32 bits). */
export function randomNumbers(seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)): RandomNumbers {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  const below = (limit: number) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
  return {
    hint: `run again with TEST_SEED=${seed}`,
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}
