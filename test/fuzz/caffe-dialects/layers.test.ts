/**
 * Every layer from every dialect to every other one: what is transcoded without a problem computes the same there.
 * CAFFE_PAIRS=all runs them all, which takes minutes; else one line of eight.
 */
import { describe, expect, test } from 'vitest';
import { FRAMEWORKS } from '../../../src/core/dialects/caffe/frameworks.ts';
import { CAFFE_DIALECTS } from '../../../src/core/formats/caffe/dialects.ts';
import { difference, ran } from '../../unit/core/convert/caffe-to-caffe/support.ts';
import { input, layer } from '../../unit/core/formats/caffe/lines.ts';
import { EVERY_LAYER } from './layers.ts';

const ALL = process.env.CAFFE_PAIRS === 'all';

describe.each(EVERY_LAYER.filter((_, k) => ALL || k % 8 === 0))('$line', ({ line, shapes, blobs = [] }) => {
  const net = [...shapes.map((shape, k) => input('abc'[k] ?? '', ...shape)), layer(line, blobs)].join('\n');
  const type = /: (\w+)/.exec(line)?.[1] ?? '';
  const sources = CAFFE_DIALECTS.filter((from) => (FRAMEWORKS[from].layers as readonly string[]).includes(type));

  test('is the same wherever it is taken', () => {
    const runs = sources.flatMap((from) => ran(net, from) ?? []);
    expect(runs.length).toBeGreaterThan(0);
    const found = runs.flatMap((run) =>
      CAFFE_DIALECTS.filter((to) => to !== run.from).map((to) => ({
        from: run.from,
        to,
        by: difference(net, run, to),
      })),
    );
    expect(found.filter(({ by }) => typeof by === 'number' && !(by < 2e-5))).toEqual([]);
  });
});
