/** Complex numbers that a program writes out: they count as tensors without axes, which promote as such numbers do. */
import { fresh } from '../../dialects/aten/rule.ts';
import { Tensor } from '../../ir/tensor.ts';
import { Storage, TensorValue } from '../values/tensor.ts';
import type { Operators } from './operators.ts';

export function complexNumber({ recorder }: Operators, real: number, imaginary: number): TensorValue {
  const bytes = Tensor.of('float64', [2], [real, imaginary]).bytes();
  const constant = Tensor.ofBytes('complex128', [], bytes);
  const storage = new Storage(() => recorder.graph.addInitializer({ name: recorder.unique('constant'), constant }));
  return new TensorValue(storage, fresh('complex128', []));
}
