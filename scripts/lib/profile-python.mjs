/** onnxruntime of a Python environment, asked as onnxruntime-node is: for releases of which that package holds no binaries. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inRoot } from './paths.mjs';

/** A runtime for `Prober`. A model that ends the process counts as one that fails; the process is begun again. */
export function pythonRuntime(interpreter) {
  let process;
  let answers;
  const start = async () => {
    process = spawn(interpreter, [inRoot('scripts/lib/profile-sessions.py')], { stdio: ['pipe', 'pipe', 'ignore'] });
    process.stdin.on('error', () => undefined);
    answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    await answers.next();
  };
  const create = async (bytes) => {
    if (!process) await start();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(bytes.length);
    process.stdin.write(Buffer.concat([head, bytes]));
    const { value, done } = await answers.next();
    if (done) {
      process = undefined;
      throw new Error('Fatal error: the process ended');
    }
    const said = JSON.parse(value);
    if (said !== null) throw new Error(said);
    return {};
  };
  return { InferenceSession: { create } };
}
