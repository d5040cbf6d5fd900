/** The steps from opset to opset by their names. */
import type { Doer } from '../../passes/records.ts';

/** A step from one opset to the next, as records name it; of another domain than ai.onnx with that. */
export function opsetStep(from: number, to: number, domain = ''): Doer {
  const what = domain === '' ? 'opset' : domain;
  return {
    name: `${what} ${from} to ${to}`,
    title: `Adapts operators from ${what} ${from} to ${what} ${to}`,
    required: `operators would not mean in ${what} ${to} what they mean in ${what} ${from}`,
  };
}

/** The step of that name; undefined where the name is that of something else. */
export function opsetStepNamed(name: string): Doer | undefined {
  const [, what = '', from, to] = /^(opset|ai\.onnx\.ml) (\d+) to (\d+)$/.exec(name) ?? [];
  return from === undefined || to === undefined
    ? undefined
    : opsetStep(Number(from), Number(to), what === 'opset' ? '' : what);
}
