/** Published Caffe networks as ONNX, beside the interpreter of Caffe's definitions and OpenCV: see test/conformance/caffe/nets. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { CommandError, node } from './run.mjs';
import { table } from './table.mjs';

const PUBLISHED = 'test/conformance/caffe/nets/published';
const RESULTS = 'artifacts/caffe-nets.jsonl';

/** The networks of the suite, or all .prototxt files below a folder. */
export function netFiles(folder) {
  if (folder === undefined) return filesBelow(inRoot(PUBLISHED));
  const files = filesBelow(folder);
  if (files.length === 0) throw new Error(`there is no .prototxt below ${folder}`);
  return files;
}

function filesBelow(folder) {
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.prototxt'))
    .sort()
    .map((name) => path.join(folder, name));
}

/** Runs them; gives a row for each, and counts. What refuses with its reason has passed nothing. */
export async function scoreNets(interpreter, files) {
  const bundle = inRoot('artifacts/caffe-nets.js');
  const results = inRoot(RESULTS);
  await bundleForNode(inRoot('test/conformance/caffe/nets/run.ts'), bundle);
  rmSync(results, { force: true });
  const script = inRoot('test/conformance/caffe/nets/opencv.py');
  for (let last = -1, done = 0; done < files.length && done > last; ) {
    last = done;
    try {
      await node([bundle, results, interpreter, script, ...files], { show: true });
    } catch (error) {
      if (!(error instanceof CommandError) || !existsSync(results)) throw error;
      // The others go on behind the network of which the process died.
      console.error(error.message);
    }
    done = rowsOf(results).length;
  }
  const rows = rowsOf(results).map((row) => ({ verdict: 'died', ...row }));
  const passed = rows.filter(({ verdict }) => verdict === 'pass').length;
  return { rows, counts: { passed, failed: files.length - passed } };
}

function rowsOf(results) {
  return readFileSync(results, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const COLUMNS = ['Network', 'Dialect', 'Layers', 'ONNX beside the interpreter', 'OpenCV beside the interpreter'];

export function netTable(rows) {
  const cells = rows.map(({ net, dialect = '', layers = '', verdict, detail, error, opencv = '' }) => [
    path.basename(net, '.prototxt'),
    dialect,
    String(layers),
    verdict === 'pass' ? error.toExponential(1) : `**${verdict}**: ${detail ?? error?.toExponential(1) ?? ''}`,
    typeof opencv === 'number' ? opencv.toExponential(1) : opencv,
  ]);
  return table(COLUMNS, cells);
}
