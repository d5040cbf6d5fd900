/**
 * Networks of the zoo whose sizes stay open: traced, scripted, and exported with dynamic shapes. Each is run at sizes other
 * than its example's beside the program itself in PyTorch.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { resultTable, rows } from './zoo.mjs';

const ZOO = inRoot('test/conformance/zoo');
const TRACED = [
  'torchvision/resnet18',
  'torchvision/mobilenet_v2',
  'timm/test_resnet',
  'timm/test_efficientnet',
  'timm/test_convnext',
  'timm/test_vit',
];

/** What is open (`batch`, or the batch and the sizes of the image) in which file of which models. */
const RUNS = [
  { file: 'traced.pt', vary: 'batch', models: TRACED },
  { file: 'traced.pt', vary: 'image', models: ['timm/test_resnet', 'timm/test_vit'] },
  {
    file: 'scripted.pt',
    vary: 'batch',
    models: ['torchvision/mobilenet_v2', 'timm/test_resnet', 'timm/test_convnext'],
  },
  {
    file: 'dynamic_batch.pt2',
    vary: 'batch',
    models: ['torchvision/resnet18', 'timm/test_efficientnet', 'timm/test_vit'],
  },
];

/** A trace holds a table of positions for its own image: refusing another size is right. */
const REFUSED = [{ case: 'timm/test_vit', file: 'traced.pt', vary: 'image' }];

/** Scores all of them. `folder` holds the cases of the zoo's sample; exported programs are made where they are missing. */
export async function scoreDynamic(interpreter, folder) {
  const scored = [];
  for (const { file, vary, models } of RUNS) {
    if (file.endsWith('.pt2')) await makeMissing(interpreter, folder, file, vary, models);
    const cases = models.map((name) => path.join(folder, name));
    const script = path.join(ZOO, 'dynamic.py');
    const named = (row) => ({ ...row, target: `${row.vary} open` });
    scored.push(...(await rows(interpreter, [script, '--json', '--vary', vary, '--file', file, ...cases], named)));
  }
  const passed = scored.filter((row) => row.verdict === (isRefused(row) ? 'refused' : 'pass')).length;
  const expected = RUNS.reduce((sum, { models }) => sum + models.length, 0);
  return { rows: scored, counts: { passed, failed: Math.max(expected, scored.length) - passed } };
}

function isRefused(row) {
  return REFUSED.some((each) => Object.entries(each).every(([key, value]) => row[key] === value));
}

async function makeMissing(interpreter, folder, file, vary, models) {
  const missing = models.filter((name) => !existsSync(path.join(folder, name, file)));
  if (missing.length === 0) return;
  await step(`Exporting ${missing.length} models with open sizes`, () =>
    run(interpreter, [path.join(ZOO, 'make_dynamic.py'), '--vary', vary, folder, ...missing], { show: true }),
  );
}

/** A row for each model, a column for each file and what is open in it. */
export function dynamicTable(scored) {
  const columns = RUNS.map(({ file, vary }) => ({
    title: `${file}, open ${vary === 'image' ? 'batch, height, width' : 'batch'}`,
    of: { file, vary },
  }));
  return resultTable([...new Set(scored.map((row) => row.case))], columns, scored);
}
