/**
 * The profile of the onnxruntime that is installed, held against the node tests of ONNX: what it takes has a session, and
 * what it does not take has none. Writes what was found of each test.
 *
 *   node profiles-run.js FOLDER OUT      FOLDER holds the tests, each in a folder with its model.onnx
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import { checkProfile } from '../../../src/core/targets/check-profile.ts';
import { profileNamed } from '../../../src/core/targets/profiles.ts';

interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<{ release(): Promise<void> }>;
  };
}

export interface ProfileResult {
  readonly name: string;
  readonly operators: readonly string[];
  /** Why the profile does not take it, and why the runtime makes no session; absent where they do. */
  readonly refused?: string;
  readonly failed?: string;
}

const [folder = '', out = ''] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const runtime = require('onnxruntime-node') as Runtime;
const { version } = require('onnxruntime-node/package.json') as { readonly version: string };
const name = `onnxruntime-${version.split('.').slice(0, 2).join('.')}`;
const profile = profileNamed(name);
if (!profile) throw new Error(`there is no profile ${name}: scripts/profile-onnxruntime.mjs makes it`);

const results: ProfileResult[] = [];
for (const test of readdirSync(folder).sort()) {
  const file = join(folder, test, 'model.onnx');
  if (!existsSync(file)) continue;
  const bytes = readFileSync(file);
  const model = readOnnx(new MemoryBytes(file, bytes));
  const operators = [...new Set([...model.graph.allNodes()].map(({ operator }) => operator))].sort();
  const refused = checkProfile(model, profile).find(({ severity }) => severity === 'error')?.message;
  const failed = await failureOf(bytes);
  results.push({
    name: test,
    operators,
    ...(refused !== undefined && { refused }),
    ...(failed !== undefined && { failed }),
  });
}
writeFileSync(out, JSON.stringify({ profile: name, tests: results }));

async function failureOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    const options = { graphOptimizationLevel: 'disabled', logSeverityLevel: 4, intraOpNumThreads: 1 };
    const session = await runtime.InferenceSession.create(bytes, options);
    await session.release();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
