/**
 * Makes generated/onnx.js and generated/onnx.d.ts, the protobuf code of ONNX models, from proto/onnx.proto.
 * Does nothing where they are newer than what they are made from; `--force` makes them anyway.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const inputs = ['proto/onnx.proto', 'scripts/generate.mjs', 'node_modules/protobufjs-cli/package.json'];
const outputs = ['generated/onnx.js', 'generated/onnx.d.ts'];

/**
 * ES modules; 64-bit integers as Long, absent fields as null. Left out is what nobody calls: verifying, converting,
 * delimited messages.
 */
const OPTIONS =
  '--target static-module --wrap esm --dts --force-long --null-semantics ' +
  '--no-create --no-verify --no-convert --no-delimited --no-typeurl --no-service';

/** What the code needs of a 64-bit integer, so that plain objects will do. */
const LONG = 'interface Long { readonly low: number; readonly high: number; readonly unsigned: boolean }';

async function generate() {
  const { default: pbjs } = await import('protobufjs-cli/pbjs.js');
  mkdirSync(path.join(root, 'generated'), { recursive: true });
  // Written beside and moved into place: two builds at once never see half a file.
  const temporary = path.join(root, 'generated', `.${process.pid}.js`);
  const declarations = temporary.replace(/\.js$/, '.d.ts');
  try {
    await new Promise((resolve, reject) => {
      const args = [...OPTIONS.split(' '), '--out', temporary, path.join(root, 'proto/onnx.proto')];
      pbjs.main(args, (error) => (error ? reject(error) : resolve()));
    });
    const text = readFileSync(declarations, 'utf8').replace('import Long = require("long");', LONG);
    writeFileSync(declarations, text);
    renameSync(temporary, path.join(root, 'generated/onnx.js'));
    renameSync(declarations, path.join(root, 'generated/onnx.d.ts'));
  } finally {
    for (const file of [temporary, declarations]) rmSync(file, { force: true });
  }
}

function upToDate() {
  const oldest = Math.min(...outputs.map(modified));
  return inputs.every((file) => modified(file) <= oldest);
}

/** When a file was last changed; 0 where there is none. */
function modified(file) {
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv.includes('--force') || !upToDate()) await generate();
