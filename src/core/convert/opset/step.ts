/** The steps from opset to opset by their names. */
import type { Doer } from '../../passes/records.ts';

/** A step from one opset to the next, as records name it. */
export function opsetStep(from: number, to: number): Doer {
  return {
    name: `opset ${from} to ${to}`,
    title: `Adapts operators from opset ${from} to opset ${to}`,
    required: `operators would not mean in opset ${to} what they mean in opset ${from}`,
  };
}

/** The step of that name; undefined where the name is that of something else. */
export function opsetStepNamed(name: string): Doer | undefined {
  const [from, to] = /^opset (\d+) to (\d+)$/.exec(name)?.slice(1).map(Number) ?? [];
  return from === undefined || to === undefined ? undefined : opsetStep(from, to);
}
