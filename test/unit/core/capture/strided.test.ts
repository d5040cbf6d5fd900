import { expect, test } from 'vitest';
import { captured, forward, stored } from './support.ts';

const x = stored('float32', [2, 3]);

function placesOf(code: string) {
  const { model, problems } = captured({ code: forward('x: Tensor', code), inputs: [x] });
  const [list] = model.graph.initializers;
  return {
    ops: [...model.graph.nodes].map((node) => node.op).join(' '),
    places: list?.constant?.bigints().map(Number),
    shape: model.graph.outputs[0]?.shape,
    problems: problems.map((each) => each.code),
  };
}

test('the memory of a row-major tensor is seen anew', () => {
  expect(placesOf('return torch.as_strided(x, [2, 2], [1, 2], 1)')).toMatchObject({
    places: [1, 3, 2, 4],
    shape: [2, 2],
    problems: [],
  });
});

test('elements are found through the layout of a transposed tensor', () => {
  expect(placesOf('return torch.as_strided(torch.transpose(x, 0, 1), [6], [1])')).toMatchObject({
    // Memory holds the rows of x; the transposed tensor counts them by columns.
    places: [0, 2, 4, 1, 3, 5],
    problems: [],
  });
});

test('an offset counts from the start of the storage, not of the view', () => {
  expect(placesOf('return torch.as_strided(torch.select(x, 0, 1), [2], [1], 4)')).toMatchObject({ places: [1, 2] });
});

test('what looks as before is the tensor itself', () => {
  expect(placesOf('return torch.relu(torch.as_strided(x, [2, 3], [3, 1]))').ops).toBe('relu');
});

test('a view beyond the elements of the tensor is refused', () => {
  expect(placesOf('return torch.as_strided(torch.select(x, 0, 1), [2], [1], 0)').problems).toEqual([
    'unknown-operator',
  ]);
});

test('a write to it may be one to the tensor', () => {
  const code = 'y = torch.as_strided(x, [2], [1])\n_ = torch.add_(y, 1)\nreturn torch.relu(x)';
  expect(placesOf(code).problems).toEqual(['alias-write']);
});
