/** Lists of numbers that rules need again and again. */

/** `[start, start + 1, …]` */
export function range(count: number, start = 0): number[] {
  return Array.from({ length: Math.max(count, 0) }, (_, k) => start + k);
}

export function ones(count: number): number[] {
  return Array<number>(Math.max(count, 0)).fill(1);
}
