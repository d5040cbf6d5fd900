/** A model of more than 2 GB, whose data file is one large hole: simplified without reading what it holds. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { encodeModelPieces } from '../../../../src/core/formats/onnx/encode.ts';
import { placeBeside } from '../../../../src/core/formats/onnx/external.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { FileSource, Tensor } from '../../../../src/core/ir/tensor.ts';
import { openModel } from '../../../../src/core/open.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../../src/core/passes/simplification.ts';
import { silent } from '../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../src/core/reading.ts';
import { model as modelOf } from '../../text-model.ts';

const SIDE = 16_384;
const WEIGHT_BYTES = 4 * SIDE * SIDE;
const TEXT = `<ir_version: 8, opset_import: ["" : 17]> g (float[4,${SIDE}] x) => (float[4,${SIDE}] y)
  <float[1] first = {0}, float[1] second = {0}, float[1] third = {0}, float[1] unread = {0}, float[${SIDE}] b> {
    t = Transpose <perm = [1, 0]> (first)
    m = MatMul (x, t)
    s = Add (m, b)
    i = Identity (s)
    r = Relu (i)
    p = MatMul (r, second)
    q = MatMul (r, second)
    z = Add (p, q)
    n = MatMul (z, third)
    d = MatMul (n, unread)
    y = Sigmoid (n)
  }`.replace(` b>`, ` b = {${Array(SIDE).fill(0.5).join(',')}}>`);

/** Writes the model, its weights one after the other in a file of which nothing is on the disk. */
function write(folder: string): string {
  const data = path.join(folder, 'weights.data');
  writeFileSync(data, '');
  // A weight of nothing but zeros would be another one's twin.
  const opened = openSync(data, 'r+');
  for (let k = 0; k < 4; k++) writeSync(opened, Float32Array.of(k + 1), 0, 4, k * WEIGHT_BYTES);
  ftruncateSync(opened, 4 * WEIGHT_BYTES);
  closeSync(opened);
  const made = modelOf(TEXT);
  const places = new Map<Tensor, { readonly location: string; readonly offset: number }>();
  const file = new FileBytes(data);
  for (const value of made.graph.initializers) {
    if (value.name === 'b') continue;
    const offset = places.size * WEIGHT_BYTES;
    value.constant = new Tensor('float32', [SIDE, SIDE], new FileSource(file, offset, WEIGHT_BYTES));
    places.set(value.constant, { location: 'weights.data', offset });
  }
  file.close();
  const target = path.join(folder, 'large.onnx');
  writeFileSync(
    target,
    encoded(made, (tensor) => places.get(tensor)),
  );
  return target;
}

/** The bytes of the model's own file. */
function encoded(made: Model, place: Parameters<typeof encodeModelPieces>[1]): Uint8Array {
  const pieces = [...encodeModelPieces(made, place)];
  return Buffer.concat(pieces.map((piece) => (piece instanceof Tensor ? piece.bytes() : piece)));
}

test('a model of 4 GB is simplified, and its weights stay where they are', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'graphwright-large-'));
  const read = vi.spyOn(FileBytes.prototype, 'read');
  try {
    const file = write(folder);
    const before = process.memoryUsage();
    const opened = await openModel(file, PLAIN_READING, silent);
    const { model } = opened;
    const { problems, settled } = runPasses(model, SIMPLIFICATION, { untilStable: true, doubts: true });
    const operators = [...model.graph.nodes].map((node) => node.op).join(' ');
    expect([operators, problems, settled]).toEqual(['Gemm Relu MatMul Gemm MatMul Sigmoid', [], true]);
    // What is moved is computed while the file is written; the others are where they were.
    const weights = [...model.graph.initializers].filter(({ shape }) => shape?.length === 2);
    expect(weights.map(({ constant }) => constant && placeBeside(model, constant, file))).toEqual([
      { location: 'weights.data', offset: WEIGHT_BYTES },
      { location: 'weights.data', offset: 2 * WEIGHT_BYTES },
      undefined,
    ]);
    expect(weights[2]?.constant?.source.kind).toBe('computed');
    opened.close();
    const bytes = read.mock.calls.reduce((sum, [, length]) => sum + length, 0);
    expect(bytes).toBeLessThan(1 << 20);
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(1 << 28);
  } finally {
    read.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
