/** A target as one word, as the setting and the lists of the panel have it, and as people read it. */
import type { TargetRow } from './conversion.ts';
import type { TargetChoice } from './identifiers.ts';

const WORD = /^(.*?)(?:@(?:(\d+)(?:,ai\.onnx\.ml:(\d+))?|ai\.onnx\.ml:(\d+)))?$/;

/**
 * Reads `onnx`, `onnx@17`, `onnx@13,ai.onnx.ml:2`, `onnx:tensorrt-10`, `chip.json@13`, `caffe:bvlc`; of nothing, ONNX at the
 * file's own opset, or at the usual one where the file has none.
 */
export function parseTarget(text: string): TargetChoice {
  const [, target = '', opset, beside, alone] = WORD.exec(text.trim()) ?? [];
  if (target === '') return { target: 'onnx' };
  const mlOpset = beside ?? alone;
  return {
    target,
    ...(opset !== undefined && { opset: Number(opset) }),
    ...(mlOpset !== undefined && { mlOpset: Number(mlOpset) }),
  };
}

/** What `parseTarget` reads. */
export function targetWord({ target, opset, mlOpset }: TargetChoice): string {
  const versions = [opset, mlOpset === undefined ? undefined : `ai.onnx.ml:${mlOpset}`].filter(
    (each) => each !== undefined,
  );
  return versions.length === 0 ? target : `${target}@${versions.join(',')}`;
}

/** `ONNX, opset 17`, `ONNX, opset 13, ai.onnx.ml 2`, `Caffe (bvlc)`. */
export function targetTitle({ target, opset, mlOpset }: TargetChoice, rows: readonly TargetRow[] = []): string {
  const title = rows.find((row) => row.id === target)?.title ?? (target === 'onnx' ? 'ONNX' : baseName(target));
  const versions = [
    ...(opset === undefined ? [] : [`opset ${opset}`]),
    ...(mlOpset === undefined ? [] : [`ai.onnx.ml ${mlOpset}`]),
  ];
  return [title, ...versions].join(', ');
}

/** Of the path of a profile; other targets have none. */
export function baseName(target: string): string {
  return target.slice(Math.max(target.lastIndexOf('/'), target.lastIndexOf('\\')) + 1);
}
