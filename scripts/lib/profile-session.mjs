/**
 * Makes sessions of models in a release of onnxruntime-node, and says what each minds: see scripts/lib/profile-process.mjs.
 *
 *   node profile-session.mjs FOLDER
 *
 * A model comes on the standard input as its length, 4 bytes little-endian, and its bytes. What was said goes to the standard
 * output in the same form, with no bytes where a session could be made.
 */
import { readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';

const runtime = createRequire(import.meta.url)(process.argv[2] ?? '');
const options = { graphOptimizationLevel: 'disabled', logSeverityLevel: 4, intraOpNumThreads: 1 };
for (let head = read(4); head; head = read(4)) {
  const said = Buffer.from(await failureOf(read(head.readUInt32LE(0))));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(said.length);
  writeSync(1, Buffer.concat([length, said]));
}

async function failureOf(bytes) {
  try {
    const session = await runtime.InferenceSession.create(bytes, options);
    await session.release?.();
    return '';
  } catch (error) {
    return String(error.message ?? error);
  }
}

/** So many bytes; undefined at the end of the input. */
function read(count) {
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count; ) {
    const got = readSync(0, bytes, at, count - at, null);
    if (got === 0) return undefined;
    at += got;
  }
  return bytes;
}
