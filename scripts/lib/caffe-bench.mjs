/** Times converting a large Caffe network from dialect to dialect beside copying its file. */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { node, step } from './run.mjs';
import { table } from './table.mjs';

/** Twenty layers of 5 x 10^6 + 1000 weights each, and as many activations: half a gigabyte. */
const LAYERS = 20;
const OUTPUTS = 1000;
const INPUTS = 6250;
const RUNS = 3;

export async function caffeTable() {
  await step('Building the command line', () => node([inRoot('esbuild.mjs')]));
  const folder = mkdtempSync(path.join(tmpdir(), 'graphwright-caffe-bench-'));
  try {
    const file = path.join(folder, 'net.caffemodel');
    await step('Making a network', () => makeNetwork(file));
    const rows = [];
    const copying = await step('Copying it', () => best(() => copied(file, path.join(folder, 'copy'))));
    rows.push(['copying the file', copying]);
    for (const target of ['caffe:bvlc', 'caffe:ssd', 'caffe:ncnn']) {
      const measured = await step(`Converting it to ${target}`, () => best(() => converted(folder, file, target)));
      rows.push([`convert --to ${target}`, measured]);
    }
    const size = `${(statSync(file).size / 1e6).toFixed(0)} MB`;
    return table(
      [`A .caffemodel of ${size}`, 'Wall time', 'ratio', 'Processor time', 'Peak memory'],
      rows.map(([what, { wall, processor, peak }]) => [
        what,
        `${wall.toFixed(2)} s`,
        (wall / copying.wall).toFixed(2),
        `${processor.toFixed(2)} s`,
        peak === undefined ? '' : `${(peak / 1024).toFixed(0)} MB`,
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function best(measure) {
  let found;
  for (let run = 0; run < RUNS; run++) {
    const measured = await measure();
    if (!found || measured.wall < found.wall) found = measured;
  }
  return found;
}

function copied(from, to) {
  rmSync(to, { force: true });
  const before = process.cpuUsage();
  const started = performance.now();
  copyFileSync(from, to);
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, processor: (user + system) / 1e6 };
}

/** The whole command, from the start of its process. What it used is told by itself when it ends. */
async function converted(folder, file, target) {
  const told = path.join(folder, 'peak');
  const hook = `import fs from 'node:fs'; process.on('exit', () => fs.writeFileSync(${JSON.stringify(told)}, JSON.stringify(process.resourceUsage())));`;
  const output = path.join(folder, 'out.caffemodel');
  const started = performance.now();
  await node([
    '--import',
    `data:text/javascript,${encodeURIComponent(hook)}`,
    ...[inRoot('dist/cli.js'), 'convert', file, '--to', target, '-o', output, '--force'],
  ]);
  const wall = (performance.now() - started) / 1000;
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(told, 'utf8'));
  return { wall, processor: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS };
}

function makeNetwork(file) {
  const out = openSync(file, 'w');
  const bytes = (data) => {
    writeSync(out, data);
  };
  const input = message(143, message(1, packed(1, [1, INPUTS])));
  bytes(message(100, Buffer.concat([text(1, 'data'), text(2, 'Input'), text(4, 'data'), input])));
  const noise = Buffer.alloc(OUTPUTS * INPUTS * 4);
  for (let k = 0; k < noise.length; k += 4) noise.writeFloatLE(Math.sin(k), k);
  for (let k = 0; k < LAYERS; k++) {
    const blob = Buffer.concat([message(7, packed(1, [OUTPUTS, INPUTS])), tag(5, noise.length)]);
    const bias = message(
      7,
      Buffer.concat([message(7, packed(1, [OUTPUTS])), message(5, noise.subarray(0, OUTPUTS * 4))]),
    );
    const parameters = message(117, Buffer.concat([varint(8), varint(OUTPUTS)]));
    const head = Buffer.concat([text(1, `fc${k}`), text(2, 'InnerProduct'), text(3, 'data'), text(4, `fc${k}`)]);
    const weights = Buffer.concat([tag(7, blob.length + noise.length), blob]);
    const length = head.length + weights.length + noise.length + bias.length + parameters.length;
    for (const piece of [tag(100, length), head, weights, noise, bias, parameters]) bytes(piece);
  }
  fsyncSync(out);
  closeSync(out);
}

function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

/** The head of a field of bytes. */
function tag(field, length) {
  return Buffer.concat([varint(field * 8 + 2), varint(length)]);
}

function message(field, content) {
  return Buffer.concat([tag(field, content.length), content]);
}

function text(field, value) {
  return message(field, Buffer.from(value));
}

function packed(field, values) {
  return message(field, Buffer.concat(values.map(varint)));
}
