/** What the texts of fusions share: how exporters spell bounds and signs, and which types runtimes take. */

/** Types for which onnxruntime has kernels of the activations. In others the spelled-out form runs, and stays. */
export const FLOATS = 'dtype(x) in [float32, float16]';

/** min(max(x, low), high), in the forms in which it is written from opset 11 on. */
export function clips(x: string, low: string, high: string): readonly string[] {
  return [
    `Clip (${x}, ${low}, ${high})`,
    `Min (Max (${x}, ${low}), ${high})`,
    `Max (Min (${x}, ${high}), ${low})`,
    ...(low === '0.0' ? [`Min (Relu (${x}), ${high})`] : []),
  ];
}

/** x where x is above 0, else `other`. Both agree at 0. */
export function aboveZero(other: string): readonly string[] {
  return [`Where (Greater | GreaterOrEqual (x, 0.0), x, ${other})`, `Where (Less | LessOrEqual (x, 0.0), ${other}, x)`];
}

/** Every pattern ends with `y`. */
export function alternatives(terms: readonly string[]): string {
  return terms.map((term) => `y = ${term}`).join(' or ');
}
