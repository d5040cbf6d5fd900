/**
 * LSTMs whose states always go on, and what MNN puts around them, against what the frameworks themselves give: ncnn 1.0.20261020
 * and MNN 3.6.1 (mnnconvert) by their Python packages, to six places.
 */
import { describe, expect, test } from 'vitest';
import { blob, gives, layer, type Numbers, ran, refused, waves, weights } from './support.ts';

const OUTPUTS = 2;
const LENGTH = 3;
const [INPUT, STATE] = [waves(1, 2, 4 * OUTPUTS, LENGTH), waves(1, 4, 4 * OUTPUTS, OUTPUTS)];

function expectNumbers(found: Numbers | undefined, shape: readonly number[], expected: readonly number[]): void {
  expect(found?.shape).toEqual(shape);
  expect(found?.values).toHaveLength(expected.length);
  const far = expected.map((value, k) => Math.abs(value - (found?.values[k] ?? 0)));
  expect(Math.max(...far)).toBeLessThan(2e-6);
}

describe('ncnn', () => {
  const net = (bottoms: readonly string[], tops = ['y']) =>
    layer(
      'LSTM',
      `recurrent_param { num_output: ${OUTPUTS} } ${weights(INPUT, waves(1, 3, 4 * OUTPUTS), STATE)}`,
      [...bottoms],
      tops,
    );
  const x = waves(1, 1, 1, 4, LENGTH);
  const expected = [-0.56134, -0.099302, -0.245249, -0.149957, -0.017087, 0.053578, -0.014652, 0.057126];

  test('over the rows of an image, whatever a second bottom says', () => {
    expectNumbers(ran(net(['x']), { x }, 'ncnn').y, [1, 4, OUTPUTS], expected);
    expectNumbers(ran(net(['x', 'cont']), { x, cont: blob([4], [0]) }, 'ncnn').y, [1, 4, OUTPUTS], expected);
  });

  test('states of the last step lead on', () => {
    const half = (from: number) => blob([1, 2, LENGTH], x.values.slice(from, from + 2 * LENGTH));
    const begun = ran(net(['x'], ['y', 'h', 'c']), { x: half(0) }, 'ncnn');
    const given = { x: half(2 * LENGTH), h: begun.h as Numbers, c: begun.c as Numbers };
    const gone = ran(net(['x', 'h', 'c']), given, 'ncnn');
    expectNumbers(gone.y, [1, 2, OUTPUTS], expected.slice(2 * OUTPUTS));
  });

  test('of several images it has none', () => {
    expect(refused(net(['x']), { x: waves(1, 1, 2, 2, LENGTH) }, 'ncnn')).toContain('more than one image');
  });
});

describe('MNN', () => {
  const lstm = (type: string, bottom: string, top: string, ...blobs: readonly Numbers[]) =>
    layer(type, `lstm_param { num_output: ${OUTPUTS} } ${weights(...blobs)}`, [bottom], [top]);

  test('two streams, with biases of input and state', () => {
    const net = lstm('OCRLSTM', 'x', 'y', INPUT, STATE, waves(1, 3, 8 * OUTPUTS));
    expectNumbers(
      ran(net, { x: waves(1, 1, 2, 4, 1, LENGTH) }, 'mnn').y,
      [2, 4, 1, OUTPUTS],
      [
        ...[-0.624822, -0.182279, -0.38743, -0.275711, -0.030964, 0.085933, -0.030531, 0.132584],
        ...[-0.246872, -0.118651, -0.640739, -0.294969, -0.340088, -0.251454, -0.031723, 0.083669],
      ],
    );
  });

  test('all weights in one blob', () => {
    const net = lstm('CuDNNLstmForward', 'x', 'y', waves(1, 5, 4 * OUTPUTS * (LENGTH + OUTPUTS + 2)));
    expectNumbers(
      ran(net, { x: waves(1, 1, 1, 4, 1, LENGTH) }, 'mnn').y,
      [1, 4, 1, OUTPUTS],
      [-0.084082, -0.534292, -0.088974, -0.462873, 0.042848, -0.025513, 0.10566, 0.008902],
    );
  });

  test('columns of an image as steps', () => {
    const net = [
      layer('Im2seq', '', ['x'], ['s']),
      lstm('OCRLSTMQ', 's', 'h', waves(1, 2, 4 * OUTPUTS, 6), STATE, waves(1, 3, 4 * OUTPUTS)),
      layer('Seq2out', '', ['h'], ['t']),
      layer('ReLU', '', ['t'], ['y']),
    ].join('\n');
    const expected = [0, 0.019587, 0, 0.018787, 0, 0, 0, 0, 0, 0];
    expectNumbers(ran(net, { x: waves(1, 1, 1, 3, 2, 5) }, 'mnn').y, [1, 5, 1, OUTPUTS], expected);
    gives(layer('Im2seq'), { x: blob([1, 1, 2, 2], [1, 2, 3, 4]) }, { y: blob([1, 2, 1, 2], [1, 3, 2, 4]) }, 'mnn');
  });

  test('Resize: elements keep their places, measured by the old size over the new', () => {
    const { y } = ran(
      layer('Resize', 'img_size_param { x_scaling: 1.5 y_scaling: 2.4 }'),
      { x: waves(1, 1, 1, 2, 4, 5) },
      'mnn',
    );
    expectNumbers(
      y && blob([7], y.values.slice(0, 7)),
      [7],
      [0.841471, 0.946964, 0.977579, 0.933998, 0.793308, 0.575388, 0.433051],
    );
    expectNumbers(
      y && blob([7], y.values.slice(-14, -7)),
      [7],
      [-0.111831, -0.396428, -0.642398, -0.841963, -0.958908, -0.976709, -0.972517],
    );
    expect(y?.shape).toEqual([1, 2, 9, 7]);
  });

  test('Upsample: the same by one scale', () => {
    const x = { x: blob([1, 1, 1, 2], [0, 4]) };
    gives(
      layer('Upsample', 'upsample_param { scale: 2 }'),
      x,
      { y: blob([1, 1, 2, 4], [0, 2, 4, 4, 0, 2, 4, 4]) },
      'mnn',
    );
  });
});
