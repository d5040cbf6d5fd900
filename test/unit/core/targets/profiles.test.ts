/** The profiles that come with Graphwright, held against the schemas of ONNX: readProfile refuses what these do not know. */
import { readdirSync, readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { expect, test } from 'vitest';
import { isOnnxDomain, operatorVersions } from '../../../../src/core/dialects/onnx/operators.ts';
import { PROFILE_FILES } from '../../../../src/core/targets/profile-files.ts';
import { readProfile } from '../../../../src/core/targets/profile-reader.ts';
import { PROFILE_TARGETS, profileNamed } from '../../../../src/core/targets/profiles.ts';
import { targetOf } from '../../../../src/core/targets/table.ts';

const root = new URL('../../../../', import.meta.url);
const folder = new URL('src/core/targets/profiles/', root);
const files = readdirSync(folder);
const schema = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync(new URL('schemas/graphwright-target.schema.json', root), 'utf8')),
);

test('every file is a target', () => {
  expect(PROFILE_FILES.map(({ name }) => `${name}.json`).sort()).toEqual([...files].sort());
  expect(PROFILE_TARGETS.map(({ id }) => id)).toEqual(PROFILE_FILES.map(({ name }) => `onnx:${name}`));
  expect(targetOf('onnx:tensorrt-10', undefined).title).toBe('TensorRT 10');
});

test.each(files)('%s fits its JSON schema and the operators of its opsets, and names its sources', (file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  schema(JSON.parse(text));
  expect(schema.errors).toBeNull();
  const profile = readProfile(text, file, 'x', profileNamed);
  expect(profile.sources.length).toBeGreaterThan(0);
  for (const { url, date } of profile.sources) {
    expect(url).toMatch(/^https:\/\//);
    expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
  }
  expect(profile.covers).toContain('operators');
});

test.each(PROFILE_FILES.map(({ name }) => name))('%s names operators that some opset of its range has', (name) => {
  const profile = profileNamed(name);
  for (const [key, rows] of profile?.operators ?? []) {
    const [domain = '', op = ''] = key.includes('::') ? key.split('::') : ['', key];
    if (!isOnnxDomain(domain)) continue;
    const [lowest, highest] = profile?.opsets.get(domain) ?? [1, 1];
    const living = operatorVersions(domain, op).filter(
      (since, k, all) => since <= highest && (all[k + 1] ?? lowest + 1) > lowest,
    );
    const named = rows.flatMap(({ versions }) => versions ?? living);
    expect([key, named.length > 0, named.filter((since) => !living.includes(since))]).toEqual([key, true, []]);
  }
});

/** A few facts of each source, read by hand. */
test.each([
  ['onnxruntime-1.30', 'Relu', 14, true],
  ['onnxruntime-1.8', 'HardSwish', 14, true],
  ['onnxruntime-1.9', 'Optional', 15, false],
  ['onnxruntime-1.10', 'GridSample', 16, false],
  ['onnxruntime-1.11', 'GridSample', 16, true],
  ['onnxruntime-1.12', 'GridSample', 16, true],
  ['onnxruntime-1.15', 'BitwiseAnd', 18, true],
  ['onnxruntime-1.16', 'Gelu', 20, false],
  ['onnxruntime-1.17', 'Gelu', 20, true],
  ['onnxruntime-1.20', 'Gelu', 20, true],
  ['onnxruntime-1.22', 'Attention', 23, false],
  ['onnxruntime-1.23', 'Attention', 23, true],
  ['tensorrt-8.6', 'Einsum', 12, true],
  ['tensorrt-8.6', 'Det', 11, false],
  ['tensorrt-10', 'DeformConv', 19, true],
  ['tensorrt-10', 'Unique', 11, false],
  ['openvino', 'Attention', 23, true],
  ['openvino', 'LpPool', 18, true],
  ['openvino', 'Det', 11, false],
  ['ncnn', 'RMSNormalization', 23, true],
  ['ncnn', 'Erf', 13, true],
  ['ncnn', 'Where', 16, false],
  ['mnn', 'GridSample', 16, true],
  ['mnn', 'AffineGrid', 20, false],
  ['rknn', 'HardSwish', 14, true],
  ['rknn', 'Reciprocal', 13, true],
  ['rknn', 'Mish', 18, false],
  ['rknn', 'Acos', 7, false],
  ['coremltools-5', 'RoiAlign', 10, true],
  ['coremltools-5', 'Einsum', 12, false],
])('%s and %s of opset %i', (name, op, since, taken) => {
  const rows = profileNamed(name)?.operators.get(op);
  expect(rows?.some(({ versions }) => versions === undefined || versions.includes(since)) ?? false).toBe(taken);
});

test('attributes that a release does not know, and layouts that it does not have', () => {
  const attributes = (name: string, op: string, since: number) =>
    profileNamed(name)
      ?.operators.get(op)
      ?.find(({ versions }) => versions?.includes(since))?.attributes;
  expect(attributes('onnxruntime-1.30', 'GRU', 22)).toEqual({ layout: [0] });
  expect(attributes('onnxruntime-1.30', 'Attention', 25)).toEqual({ left_window_size: [], right_window_size: [] });
});
