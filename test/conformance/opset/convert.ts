/** Converts every test to every opset by `convertOpset`, and says of each pair what became of it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { convertOpset } from '../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../src/core/dialects/onnx/check.ts';
import { onnxDomain, operatorSchema } from '../../../src/core/dialects/onnx/operators.ts';
import type { PlaceTensor } from '../../../src/core/formats/onnx/encode-tensor.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import { InputError } from '../../../src/core/ir/errors.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { type Case, modelFile, opsetOf } from './cases.ts';
import { keyOf, type ModelWriter } from './models.ts';

export interface RefusedNode {
  readonly operator: string;
  readonly code: string;
  readonly message: string;
  /** The opset that the node needs, where the problem says so. */
  readonly needed?: string;
}

export interface Pair {
  readonly test: string;
  readonly from: number;
  readonly to: number;
  /** Of the model that was made. */
  readonly key?: string;
  readonly refused?: readonly RefusedNode[];
  /** What our own checker says against the result. */
  readonly errors?: readonly string[];
  /** The conversion threw. */
  readonly fault?: string;
}

export interface Wanted {
  readonly targets: readonly number[];
  /** Every model is kept, also where it differs from another by the number of its opset only. */
  readonly exact: boolean;
  readonly models: ModelWriter;
}

/** All pairs of one test; the test as it is becomes the pair of its own opset. */
export function convertCase(
  folder: string,
  { name, imports }: Case,
  { targets, exact, models }: Wanted,
): readonly Pair[] {
  const from = opsetOf(imports) ?? 0;
  const file = modelFile(folder, name);
  const bytes = readFileSync(file);
  const read = () => readOnnx(new MemoryBytes(file, bytes));
  models.add(name, () => bytes);
  const pairs = [ownPair(folder, name, from)];
  for (const to of targets)
    if (to !== from) pairs.push({ test: name, from, to, ...converted(name, read, to, { exact, models }) });
  return pairs;
}

/** A test as it is. */
export function ownPair(folder: string, test: string, opset: number): Pair {
  const file = modelFile(folder, test);
  const bytes = readFileSync(file);
  const errors = checkerErrors(readOnnx(new MemoryBytes(file, bytes)));
  return { test, from: opset, to: opset, key: keyOf(test, bytes), ...(errors && { errors }) };
}

type Outcome = Pick<Pair, 'key' | 'refused' | 'errors' | 'fault'>;

function converted(test: string, read: () => Model, to: number, { exact, models }: Omit<Wanted, 'targets'>): Outcome {
  try {
    const { model, problems } = convertOpset(read(), to);
    if (problems.length > 0) {
      return {
        refused: problems.map(({ code, message, details, node }) => ({
          operator: node?.operator ?? '',
          code,
          message,
          ...(details.needed !== undefined && { needed: details.needed }),
        })),
      };
    }
    const bytes = encodeOnnx(model);
    // What is written is what others read.
    const errors = checkerErrors(readOnnx(new MemoryBytes(`${test}, opset ${to}`, bytes)));
    return { key: models.add(test, () => bytes, exact ? bytes : meaningOf(model)), ...(errors && { errors }) };
  } catch (error) {
    const text = error instanceof InputError ? error.describe() : error instanceof Error ? error.stack : String(error);
    return { fault: text ?? '' };
  }
}

/**
 * What a model says, whatever the number of its opset: its content and the version of each of its operators. Runtimes look
 * operators up by these, so that one of the models that say the same stands for all. `kept` says of constants where they stay.
 */
export function meaningOf(model: Model, kept?: PlaceTensor): string {
  const versions = new Set<string>();
  for (const node of model.graph.allNodes()) {
    const opset = model.opsetImports.get(node.domain) ?? 0;
    versions.add(
      `${node.domain}.${node.op}@${operatorSchema(onnxDomain(node.domain), node.op, opset)?.since ?? opset}`,
    );
  }
  const [imports, irVersion] = [[...model.opsetImports], model.irVersion];
  // What onnxruntime does not run stands for nothing that it does, and the other way round.
  const isBeyond = (model.opsetImports.get('') ?? 0) > NEWEST_RUN;
  for (const [domain] of imports) model.opsetImports.set(domain, 1);
  model.irVersion = IR_RULES.findLast((first) => irVersion >= first) ?? irVersion;
  const content = createHash('sha1').update(encodeOnnx(model, kept)).digest('hex');
  for (const [domain, version] of imports) model.opsetImports.set(domain, version);
  model.irVersion = irVersion;
  return [content, ...(isBeyond ? ['beyond'] : []), ...[...versions].sort()].join(' ');
}

/** The newest opset of onnxruntime 1.30. */
const NEWEST_RUN = 26;

/** The IR versions that brought rules: constants beside the inputs, functions, overloads. */
const IR_RULES = [3, 4, 8, 10];

export function checkerErrors(model: Model): readonly string[] | undefined {
  const errors = checkOnnx(model).filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? errors.map(({ code, message }) => `${code}: ${message}`) : undefined;
}
