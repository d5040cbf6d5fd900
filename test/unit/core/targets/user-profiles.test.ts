import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { targetsWithOwn } from '../../../../src/core/targets/table.ts';
import { userProfiles } from '../../../../src/core/targets/user-profiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('profiles in the folder of a model and above it are found, the nearest first; one that is broken says so', () => {
  mkdirSync(join(folder, 'models'));
  const chip = join(folder, 'chip.graphwright-target.json');
  const broken = join(folder, 'models/broken.graphwright-target.json');
  writeFileSync(
    chip,
    '{ "version": 1, "name": "chip", "title": "Acme NPU", "like": "onnxruntime-1.16", "operators": {} } // ours',
  );
  writeFileSync(broken, '{ "version": 1, "name": "broken", "opsets": { "ai.onnx": [17, 11] }, "operators": {} }');
  writeFileSync(join(folder, 'other.json'), '{}');
  const model = join(folder, 'models/net.onnx');
  const own = userProfiles(model).filter(({ id }) => id.startsWith(folder));
  expect(own).toMatchObject([
    {
      kind: 'unusable',
      id: broken,
      title: 'broken.graphwright-target.json',
      failure: expect.stringMatching(/^cannot be used: expected/),
    },
    { kind: 'onnx', id: chip, title: 'Acme NPU' },
  ]);
  const ids = targetsWithOwn(model).map(({ id }) => id);
  expect(ids.filter((id) => id === 'onnx' || id.startsWith(folder) || id === 'onnx:rknn')).toEqual([
    ...['onnx', broken, chip, 'onnx:rknn'],
  ]);
});
