/**
 * Times our work beside that of other tools, on the same models in one run.
 *
 *   node scripts/bench.mjs [--only onnx-text|pytorch-export|opset|simplify|caffe] [--cases FOLDER] [--write-docs]
 *
 * --write-docs writes the tables into docs/speed.md. --cases names a folder where models of test/conformance/zoo/make.py
 * stand; they are made, and deleted after, where it is not given.
 */
import { parseArgs } from 'node:util';
import { caffeTable } from './lib/caffe-bench.mjs';
import { exportTable } from './lib/export-bench.mjs';
import { onnxTextTable } from './lib/onnx-text-bench.mjs';
import { opsetTable } from './lib/opset-bench.mjs';
import { inRoot } from './lib/paths.mjs';
import { pythonEnvironment } from './lib/python.mjs';
import { simplifyTable } from './lib/simplify-bench.mjs';
import { rewriteSection } from './lib/table.mjs';

/** By the name of the section in the page. */
const BENCHES = {
  'onnx-text': onnxTextTable,
  'pytorch-export': exportTable,
  opset: opsetTable,
  simplify: simplifyTable,
  caffe: caffeTable,
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, cases: { type: 'string' }, 'write-docs': { type: 'boolean' } },
});
const names = values.only === undefined ? Object.keys(BENCHES) : [values.only];
const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown !== undefined) throw new Error(`there is no bench "${unknown}": ${Object.keys(BENCHES).join(', ')}`);
const interpreter = await pythonEnvironment();
for (const name of names) {
  const text = await BENCHES[name](interpreter, values);
  console.log(`\n${text}`);
  if (values['write-docs']) rewriteSection(inRoot('docs/speed.md'), name, text);
}
