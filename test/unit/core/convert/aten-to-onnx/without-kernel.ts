/** Operators of ONNX that onnxruntime has not for every type on a CPU: models with them are valid, and nothing runs them here. */

export const NO_KERNEL = 'Could not find an implementation for';

export const WITHOUT_KERNEL: ReadonlySet<string> = new Set([
  ...of(
    'float64',
    'Acos Acosh Asin Asinh Atan Atanh AveragePool Conv Cosh Elu Erf Gelu HardSigmoid HardSwish LeakyRelu',
  ),
  ...of('float64', 'Mish PRelu Selu Sinh Softplus Tan'),
  ...of('int16', 'Max Min Where'),
  ...of('int8', 'Where'),
  ...of('uint8', 'Trilu'),
]);

function of(dtype: string, operators: string): string[] {
  return operators.split(' ').map((operator) => `${operator} ${dtype}`);
}
