/** A network of one layer in one dialect, and what becomes of it in another, by the reference interpreter, which shares no code with the rules. */
import { expect, test } from 'vitest';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import type { CaffeDialect } from '../../../../../src/core/formats/caffe/dialects.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';
import type { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { layer, namedInput, type Sizes } from '../../formats/caffe/lines.ts';
import { readBytes, readText } from '../../formats/caffe/support.ts';
import { runOpenCv } from '../../runtime/caffe/opencv.ts';

export interface Run {
  readonly from: CaffeDialect;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/** What a network gives in a dialect; undefined where the dialect has no such network. */
export function ran(net: string, from: CaffeDialect): Run | undefined {
  try {
    const { model, problems } = readText(net, { dialect: from });
    if (problems.some(({ severity }) => severity === 'error')) return undefined;
    const inputs = randomInputs(model.graph, { seed: 7 });
    return { from, inputs, outputs: runCaffe(model, inputs) };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The largest difference that transcoding makes; its problems where it has some. */
export function difference(net: string, { from, inputs, outputs }: Run, to: CaffeDialect): number | string {
  const { model } = readText(net, { dialect: from });
  const problems = transcode(model, caffeBackend(from), caffeBackend(to));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return errors.map(({ message }) => message).join('; ');
  const { caffemodel } = encodeCaffe(model, caffeBackend(to));
  const { model: there } = readBytes(caffemodel, { dialect: to });
  const found = runCaffe(there, inputs, to);
  expect([...found.keys()]).toEqual([...outputs.keys()]);
  return worstDifference(compareOutputs(outputs, found));
}

/** The same, by OpenCV. */
export async function differenceInOpenCv(net: string, { from, inputs, outputs }: Run): Promise<number> {
  const { model } = readText(net, { dialect: from });
  expect(transcode(model, caffeBackend(from), caffeBackend('opencv'))).toEqual([]);
  const found = await runOpenCv(encodeCaffe(model, caffeBackend('opencv')), inputs, [...outputs.keys()]);
  return worstDifference(compareOutputs(outputs, found));
}

/** A layer of one dialect, those that it is to compute the same in, and its blobs. */
export type ExactRow = readonly [
  line: string,
  from: CaffeDialect,
  to: readonly CaffeDialect[],
  blobs?: readonly (Sizes | Tensor)[],
];

/** Tests of the numbers: of the interpreter as the other framework runs it, and of OpenCV where that is one of them. */
export function holdsExact(rows: readonly ExactRow[]): void {
  for (const [line, from, targets, blobs] of rows)
    test(`${line} of ${from} for ${targets.join(', ')}`, async () => {
      const net = netOf(line, blobs);
      const run = runOf(net, from);
      for (const to of targets) {
        const found = difference(net, run, to);
        expect(found, to).toBeTypeOf('number');
        expect(Number(found), to).toBeLessThan(2e-5);
      }
      if (targets.includes('opencv')) expect(await differenceInOpenCv(net, run)).toBeLessThan(2e-5);
    });
}

/** A network of one layer, whose bottoms are images of four channels, or of the sizes that stand behind their names: `b[1, 4]`. */
export function netOf(line: string, blobs: readonly (Sizes | Tensor)[] = []): string {
  const bottoms = [...(/^[^=]*/.exec(line)?.[0] ?? '').matchAll(/(\w+)(?:\[([\d, ]+)\])?/g)];
  const inputs = bottoms.map(([, name = '', sizes]) =>
    namedInput(name, ...(sizes?.split(',').map(Number) ?? [1, 4, 6, 6])),
  );
  return [...inputs, layer(line.replaceAll(/\[[\d, ]+\](?=.*=>)/g, ''), blobs)].join('\n');
}

export function runOf(net: string, from: CaffeDialect): Run {
  const run = ran(net, from);
  if (!run) throw new Error(`${from} has no such network`);
  return run;
}
