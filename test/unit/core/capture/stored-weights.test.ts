import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { exported, torchScript } from '../formats/torch/build.ts';

const inputs = [{ key: 0, dtype: 'float32', shape: [1, 3, 4, 4] }] as const;

/** The initializers of a program by name. */
function initializers(program: Parameters<typeof capture>[0]): string[] {
  const { model, problems } = capture(program, { inputs, customOps: NO_CUSTOM_OPERATORS });
  // Its height has bounds, of which a warning tells.
  expect(problems.filter(({ code }) => code !== 'size-bounded')).toEqual([]);
  return [...model.graph.initializers].map((value) => value.name ?? '').sort();
}

// net.py ties the weight of `tied` to that of `head`.
test.each([
  ['traced.pt', torchScript],
  ['frozen.pt', torchScript],
  ['exported.pt2', exported],
  ['exported-2.8.pt2', exported],
  ['exported-2.7.pt2', exported],
  ['exported-2.4.pt2', exported],
])('%s: two names of one weight are one initializer', (name, open) => {
  const names = initializers(open(name));
  expect(names.filter((each) => /head|tied/.test(each)).length).toBeLessThanOrEqual(2);
  if (name !== 'frozen.pt') expect(names).toContain('head.weight');
  expect(names).not.toContain('tied.weight');
});

test('PyTorch 2.1 says of tied weights that they are one', () => {
  const names = initializers(exported('exported-2.1.pt2'));
  expect(names).toContain('L__self___head.weight');
  expect(names).not.toContain('L__self___tied.weight');
});
