import type { CustomOperators } from '../custom/definition.ts';
import type { ExportedProgram } from '../formats/torch/exported.ts';
import type { InputSpec } from './inputs.ts';
import type { Operators } from './operators.ts';
export function captureExported(
  _p: ExportedProgram,
  _o: Operators,
  _i: readonly InputSpec[],
  _c: CustomOperators,
): void {}
