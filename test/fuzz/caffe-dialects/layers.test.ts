/**
 * Every layer, and small networks, from every dialect to every other one: what is transcoded without a problem computes the same
 * there. CAFFE_PAIRS=all runs them all, which takes minutes; else one line of eight.
 */
import { describe, expect, test } from 'vitest';
import { difference, ran } from '../../unit/core/convert/caffe-to-caffe/support.ts';
import { TARGET_DIALECTS } from '../caffe-targets.ts';
import { EVERY_LAYER } from './layers.ts';
import { dialectsOf, NETWORKS, networkOfLayer } from './networks.ts';

const ALL = process.env.CAFFE_PAIRS === 'all';

describe.each([...EVERY_LAYER.map(networkOfLayer), ...NETWORKS].filter((_, k) => ALL || k % 8 === 0))(
  '$title',
  (network) => {
    const { text } = network;
    test('is the same wherever it is taken', () => {
      const runs = dialectsOf(network).flatMap((from) => ran(text, from) ?? []);
      expect(runs.length).toBeGreaterThan(0);
      const found = runs.flatMap((run) =>
        TARGET_DIALECTS.filter((to) => to !== run.from).map((to) => ({
          from: run.from,
          to,
          by: difference(text, run, to),
        })),
      );
      expect(found.filter(({ by }) => typeof by === 'number' && !(by < 2e-5))).toEqual([]);
    });
  },
);
