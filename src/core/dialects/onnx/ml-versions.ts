/** Which version of ai.onnx.ml belongs to an opset of ai.onnx. Source: the release table of ONNX (onnx.helper.VERSION_TABLE of onnx 1.23.1). */

export const ML = 'ai.onnx.ml';
export const LATEST_ML = 5;

/** The first opset of ai.onnx that was released with each version, newest first. */
const ML_OF_OPSET: readonly (readonly [opset: number, ml: number])[] = [
  [21, 5],
  [20, 4],
  [16, 3],
  [11, 2],
  [1, 1],
];

/** The version of ai.onnx.ml in the ONNX release that brought an opset. */
export function mlVersionOf(opset: number): number {
  return ML_OF_OPSET.find(([first]) => opset >= first)?.[1] ?? 1;
}
