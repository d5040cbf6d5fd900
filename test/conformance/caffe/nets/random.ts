/** Numbers that are the same for the same seed. */

/** Uniform in [0, 1), by a multiplicative hash of a counter (the finaliser of MurmurHash3). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

export function uniformArray(count: number, from: number, to: number, random: () => number): Float32Array {
  const made = new Float32Array(count);
  for (let k = 0; k < count; k++) made[k] = from + (to - from) * random();
  return made;
}
