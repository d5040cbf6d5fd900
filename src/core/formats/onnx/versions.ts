/** Which IR version a model needs (onnx 1.23, helper.py: the IR version that each release published with its opset). */

/** From the first opset of each IR version on. */
const FIRST_OPSET: readonly (readonly [opset: number, irVersion: number])[] = [
  [1, 3],
  [9, 4],
  [10, 5],
  [11, 6],
  [12, 7],
  [15, 8],
  [19, 9],
  [21, 10],
  [23, 11],
  [24, 12],
  [25, 13],
  [28, 14],
];

/** The IR version that came with an opset of the standard domain. */
export function irVersionFor(opset: number): number {
  let irVersion = 3;
  for (const [first, version] of FIRST_OPSET) if (opset >= first) irVersion = version;
  return irVersion;
}

/** Up to this version every constant of a graph is listed as an input of it too. */
export const CONSTANTS_ARE_INPUTS = 3;
