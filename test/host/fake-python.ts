/** An interpreter for tests: it speaks the helper's protocol and needs no PyTorch. What it does is in the name of the class. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The Python program that tests capture; its lines are named by what happens there. */
export const PROGRAM = `import torch
from torch import nn


class Digits(nn.Module):
    """Tells digits."""

    def __init__(self, width=4):
        super().__init__()

    def forward(self, image):
        return image


class Broken(nn.Module):
    def forward(self, image):
        if image.sum() > 0:
            return swish(image)
        return image


class Endless(nn.Module):
    def forward(self, image):
        while True: pass


class Silent(nn.Module):
    def forward(self, a, b):
        return a + b
`;

/** A program that reads its command line when it is imported, and makes its model by a function. */
export const PARSING = `import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--width", type=int, required=True)
settings = parser.parse_args()


def make_digits(classes=10):
    return build(settings.width, classes)
`;

const SCRIPT = `#!/usr/bin/env node
const fs = require('node:fs');
// It is a Python with an onnxruntime, too.
if (process.argv.at(-1).endsWith('graphwright_runtime')) return require('./runtime-python.cjs');
const request = JSON.parse(fs.readFileSync(0, 'utf8'));
fs.appendFileSync(__filename + '.log', JSON.stringify({ pid: process.pid, cwd: process.cwd(), ...request }) + '\\n');
const say = (event) => process.stdout.write(JSON.stringify(event).replace(':', ': ') + '\\n');
const line = (text) => fs.readFileSync(request.file, 'utf8').split('\\n').findIndex((each) => each.includes(text)) + 1;
const choice = (name, parameters = []) =>
  ({ kind: 'class', name, line: line('class ' + name), isModule: true, parameters, forward: [{ name: 'image' }] });
const done = {
  probe: () => ({ torch: '2.9.0', ways: ['export'] }),
  describe: () => ({
    module: 'program',
    root: '/',
    choices: [
      choice('Digits', [{ name: 'width', default: '4' }]),
      ...[choice('Broken'), choice('Endless'), choice('Silent'), choice('Gate')],
      { kind: 'function', name: 'make_digits', line: line('def make_digits'), isModule: false,
        parameters: [{ name: 'classes', default: '10' }], forward: [] },
    ].filter((each) => each.line > 0),
    offersInputs: false,
  }),
  inputs: () => ({ guesses: [{ name: 'image', guess: 'image:float32[1,1,28,28]', from: 'its first layer' }] }),
  capture: () => {
    const file = request.output + '.pt2';
    // Of two classes the program is another: no target takes the one as it is, and of the other is known what it gives.
    const captured = { Silent: 'acme', Gate: 'gate' }[request.name] ?? 'digits';
    fs.copyFileSync(__dirname + '/' + captured + '.exported.pt2', file);
    const reference = captured === 'gate' && request.reference ? { reference: referenceOfGate() } : {};
    return { file, way: 'export', inputs: request.inputs, torch: '2.9.0', operators: [], ...reference };
  },
};
// What the model of test/fixtures/host/gate gives for two sets of inputs.
const referenceOfGate = () => {
  const folder = request.output + '.reference';
  fs.mkdirSync(folder);
  const store = (file, shape, numbers) => {
    fs.writeFileSync(folder + '/' + file, new Uint8Array(Float32Array.from(numbers).buffer));
    return { file, dtype: 'float32', shape };
  };
  const sets = [0, 1].map((k) => {
    const image = Float32Array.from({ length: 6 }, (_, n) => (n * n - 5 * k - 8) / 9);
    const swish = image.map((x) => x / (1 + Math.exp(-1.5 * x)));
    const sums = [0, 3].map((from) => image[from] + image[from + 1] + image[from + 2]);
    const outputs = [store(k + '-swish', [2, 3], swish), store(k + '-sums', [2], sums)];
    return { inputs: [store(k + '-image', [2, 3], image)], outputs };
  });
  fs.writeFileSync(folder + '/index.json', JSON.stringify({ sets, states: [] }));
  return folder;
};
say({ event: 'hello', python: '3.12.0', torch: '2.9.0', executable: __filename });
process.stderr.write('the program says hello\\n');
if (request.do === 'capture' || request.do === 'inputs') say({ event: 'step', title: 'Importing program.py' });
if (request.do === 'capture' && request.name === 'Endless') {
  setInterval(() => process.stderr.write('epoch\\n'), 200);
} else if (request.do === 'capture' && request.name === 'Broken' && request.operators.length === 0) {
  const tensor = { dtype: 'float32', shape: [1, 1, 28, 28] };
  say({
    event: 'failure',
    failure: {
      kind: 'data-dependent',
      reason: 'a condition depends on the numbers of a tensor',
      details: {},
      frames: [
        { file: request.file, line: line('if image.sum'), function: 'forward' },
        { file: request.file, line: line('class Broken'), function: '<module>' },
      ],
      candidates: [
        {
          kind: 'function',
          python: 'program.swish',
          inputs: [{ name: 'x', optional: false, ...tensor }],
          attributes: [],
          outputs: [tensor],
        },
      ],
    },
  });
} else if (request.file && /args\\.py$/.test(request.file) && request.do !== 'describe' && request.argv.length === 0) {
  const reason = 'sys.exit(2): the following arguments are required: --width';
  const frames = [{ file: request.file, line: line('parse_args()'), function: '<module>' }];
  const details = { doing: 'importing args.py' };
  say({ event: 'failure', failure: { kind: 'exits', reason, details, frames, candidates: [] } });
} else if (request.do === 'inputs' && request.name === 'Silent') {
  const failure = { kind: 'inputs-unknown', reason: 'no guess fits', details: { parameters: 'a, b' } };
  say({ event: 'failure', failure: { ...failure, frames: [], candidates: [] } });
} else say({ event: 'result', result: done[request.do]() });
`;

/** One request as the interpreter got it. */
export interface Asked {
  readonly do: string;
  readonly pid: number;
  readonly cwd: string;
  readonly file?: string;
  readonly module?: string;
  readonly name?: string;
  readonly argv?: readonly string[];
  readonly inputs?: readonly string[];
  readonly output?: string;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly operators?: readonly { readonly python: string }[];
}

/** What an interpreter was asked so far. */
export function requestsOf(python: string): readonly Asked[] {
  if (!existsSync(`${python}.log`)) return [];
  const lines = readFileSync(`${python}.log`, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Asked);
}

/** Writes the interpreter into a folder that has samples/digits.exported.pt2 beside it. */
export function writeFakePython(folder: string, name = 'fake-python.cjs'): string {
  const file = path.join(folder, name);
  writeFileSync(file, SCRIPT);
  chmodSync(file, 0o755);
  return file;
}
