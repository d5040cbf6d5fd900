/** Constants for tests of rules that compute with weights. */

/** `float[2,3] w = {...}` of numbers that differ. */
export function floats(name: string, dims: readonly number[], from = 0.3): string {
  const count = dims.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, (_, k) => (from + Math.sin(k * 1.7)).toFixed(3));
  return `float[${dims.join(',')}] ${name} = {${values.join(', ')}}`;
}
