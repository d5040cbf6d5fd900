/** Targets as words: for lists to choose from, and for people. */
import type { TargetRow } from '../src/shared/conversion.ts';
import type { TargetChoice } from '../src/shared/identifiers.ts';

/** `onnx@17`: a target and its opset as one word. */
export function targetValue({ target, opset }: TargetChoice): string {
  return opset === undefined ? target : `${target}@${opset}`;
}

export function parseTarget(value: string): TargetChoice {
  const [target = '', opset] = value.split('@');
  return opset === undefined ? { target } : { target, opset: Number(opset) };
}

export function targetTitle(targets: readonly TargetRow[], choice: TargetChoice | undefined): string {
  if (!choice) return '';
  const title = targets.find(({ id }) => id === choice.target)?.title ?? choice.target;
  return choice.opset === undefined ? title : `${title}, opset ${choice.opset}`;
}
