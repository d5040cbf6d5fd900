/** Numbers that a value of the ONNX graph has in every run, where layers put constants together. */
import { isStatic, type StaticShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';

/** The numbers of a constant, or of constants that Concat joins, in order of their elements; undefined where a run decides. */
export function knownNumbers(value: Value): readonly number[] | undefined {
  if (value.constant) return value.constant.numbers();
  const { producer, shape } = value;
  if (producer?.domain !== '' || !isStatic(shape)) return undefined;
  const inputs = producer.inputs.filter((input) => input !== undefined);
  const [first] = inputs;
  if (producer.op === 'Identity' || producer.op === 'Reshape') return first && knownNumbers(first);
  if (producer.op !== 'Concat') return undefined;
  const parts = inputs.map(knownNumbers);
  const known = parts.filter((part) => part !== undefined);
  const axis = Number(producer.attributes.get('axis')?.value ?? 0);
  return known.length === parts.length ? joined(known, shape, axis < 0 ? axis + shape.length : axis) : undefined;
}

function joined(parts: readonly (readonly number[])[], shape: StaticShape, axis: number): readonly number[] {
  const rows = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return Array.from({ length: rows }, (_, row) =>
    parts.flatMap((part) => part.slice((row * part.length) / rows, ((row + 1) * part.length) / rows)),
  ).flat();
}
