/** Which version of ai.onnx.ml belongs to an opset of ai.onnx. Source: the release table of ONNX (onnx.helper.VERSION_TABLE of onnx 1.23.1). */
import { InputError } from '../../ir/errors.ts';
import { LATEST_OPSET } from './operators.ts';

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

/** The first and the last opset that were released with a version; the last is the newest known where no newer version is. */
export function opsetsOfMl(version: number): readonly [first: number, last: number] {
  const at = ML_OF_OPSET.findIndex(([, ml]) => ml === version);
  const [first = 1] = ML_OF_OPSET[at] ?? [];
  return [first, (ML_OF_OPSET[at - 1]?.[0] ?? LATEST_OPSET + 1) - 1];
}

/** Throws InputError `bad-argument` for a version that no model can be written in. */
export function checkMl(version: number): void {
  if (version >= 1 && version <= LATEST_ML) return;
  const next = `Choose one from 1 to ${LATEST_ML}.`;
  throw new InputError('bad-argument', `${ML} ${version} cannot be written`, undefined, next);
}
