/**
 * Measures our side over the models of one folder that reference.py made, in one process, and writes FOLDER/ours.json.
 *
 *   node onnx-suite.js FOLDER
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CheckerResult, measureChecker } from './checker.ts';
import { type FactsResult, measureFacts } from './facts.ts';
import { type InferenceResult, measureInference } from './inference.ts';
import { type KernelResult, measureKernel } from './kernels.ts';
import { readReference } from './reference.ts';
import { measureText, type TextResult } from './text.ts';

/** What is written of each model; models with a defect are only checked. */
export interface ModelResult {
  readonly name: string;
  readonly checker: CheckerResult;
  readonly inference?: InferenceResult;
  readonly text?: TextResult;
  /** Of node tests: what our kernels make of it. */
  readonly kernel?: KernelResult;
}

export interface Results {
  readonly facts: readonly FactsResult[];
  readonly models: readonly ModelResult[];
}

const folder = process.argv[2] ?? '';
const models: ModelResult[] = [];
for (const reference of readReference(folder)) {
  const file = join(folder, reference.path);
  const checker = await measureChecker(file, reference);
  const { name } = reference;
  if (!reference.inference) models.push({ name, checker });
  else {
    const kernel = reference.path.startsWith('node/') ? measureKernel(dirname(file)) : undefined;
    models.push({
      name,
      checker,
      inference: measureInference(file, reference),
      text: await measureText(folder, reference),
      ...(kernel && { kernel }),
    });
  }
}
const results: Results = { facts: measureFacts(folder), models };
writeFileSync(join(folder, 'ours.json'), JSON.stringify(results));
