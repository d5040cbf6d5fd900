import { expect, test } from 'vitest';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { captured, graphText, stored } from './support.ts';

const code = `class M(Module):
  __parameters__ = []
  __buffers__ = []
  __forward_hooks__ = ["watch", ]
  def watch(self: __torch__.M, x: Tuple[Tensor], y: Tensor) -> Tensor:
    return y
  def encode(self: __torch__.M, x: Tensor) -> Tensor:
    return torch.relu(x)
  def decode(self: __torch__.M, x: Tensor) -> Tensor:
    return torch.neg(x)
  def __getstate__(self: __torch__.M) -> int:
    return 1
`;
const inputs = [{ key: 'x', dtype: 'float32', shape: [2] }] as const;

test('a method is chosen by its name', () => {
  const { model, problems } = captured({ code }, { method: 'decode', inputs });
  expect(problems).toEqual([]);
  expect(graphText(model)).toContain('aten::neg(x)');
});

test.each([
  [undefined, 'no-program', 'M has no method forward; it has encode, decode'],
  ['run', 'bad-argument', 'M has no method run; it has encode, decode'],
])('without the method %s, those that there are are listed', (method, errorCode, message) => {
  try {
    captured({ code, inputs: [stored('float32', [2])] }, { method });
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect([error.code, error.message, error.next]).toEqual([
      errorCode,
      message,
      'Name the one to convert: --method encode',
    ]);
  }
});
