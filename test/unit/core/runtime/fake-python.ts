/** A Python for tests that has an onnxruntime: it speaks the protocol of python/graphwright_runtime, and onnxruntime-node runs. */
import { chmodSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const RUNTIME = createRequire(import.meta.url).resolve('onnxruntime-node');

const SCRIPT = `#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const ort = require(${JSON.stringify(RUNTIME)});
const request = JSON.parse(fs.readFileSync(0, 'utf8'));
fs.appendFileSync(__filename + '.runs', JSON.stringify({ pid: process.pid, words: process.argv.slice(1), ...request }) + '\\n');
const arrays = { float32: Float32Array, int64: BigInt64Array };
const main = async () => {
  const session = await ort.InferenceSession.create(request.model);
  const feeds = {};
  for (const { name, dtype, shape, file } of request.inputs)
    feeds[name] = new ort.Tensor(dtype, new arrays[dtype](new Uint8Array(fs.readFileSync(path.join(request.folder, file))).buffer), shape);
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name, k) => {
    const { type, dims, data } = results[name];
    fs.writeFileSync(path.join(request.folder, 'output-' + k), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return { name, dtype: type, shape: dims, file: 'output-' + k };
  });
  process.stdout.write(JSON.stringify({ version: 'test', outputs }) + '\\n');
};
main().catch((error) => process.stdout.write(JSON.stringify({ failed: 'run', reason: error.message }) + '\\n'));
`;

/** Writes the interpreter into a folder. */
export function writeFakeRuntime(folder: string): string {
  return writeProgram(folder, 'runtime-python.cjs', SCRIPT);
}

export function writeProgram(folder: string, name: string, script: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return file;
}
