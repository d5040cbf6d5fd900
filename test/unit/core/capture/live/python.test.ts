/** What the helper does before it needs PyTorch, in whatever Python 3 is installed. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { captureProgram, describeProgram, probePython } from '../../../../../src/core/capture/live/capture.ts';
import { helperCommand } from '../../../../../src/core/capture/live/command.ts';
import { helperScript } from '../../../../../src/core/capture/live/helper.ts';
import { silent } from '../../../../../src/core/progress.ts';

const PYTHON = { python: process.platform === 'win32' ? 'python' : 'python3' };

let folder = '';
let pathBefore: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capture-'));
  pathBefore = process.env.PYTHONPATH;
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  if (pathBefore === undefined) delete process.env.PYTHONPATH;
  else process.env.PYTHONPATH = pathBefore;
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

async function described(file: string) {
  const told = await describeProgram(file, PYTHON, silent);
  if ('problem' in told) throw new Error(told.problem.message);
  return told.answer;
}

test('a file is described without being run', async () => {
  const file = write(
    'net.py',
    `raise SystemExit
from torch import nn
class Base(nn.Module):
    """A net.

    More of it."""
    def __init__(self, width: int = 4, *, depth): ...
    def forward(self, x, mask=None): ...
    class Inner(Base): ...
class Plain: ...
class Net(Base): ...
def make(name="a", n: "int" = 2): ...
net = Net()
def graphwright_inputs(): ...
`,
  );
  const { choices, ...rest } = await described(file);
  expect(rest).toEqual({ module: 'net', root: folder, offersInputs: true });
  expect(choices.map(({ kind, name, line, isModule }) => [kind, name, line, isModule])).toEqual([
    ['class', 'Base', 3, true],
    ['class', 'Base.Inner', 9, true],
    ['class', 'Plain', 10, false],
    ['class', 'Net', 11, true],
    ['function', 'make', 12, false],
    ['object', 'net', 13, true],
    ['function', 'graphwright_inputs', 14, false],
  ]);
  expect(choices[0]).toMatchObject({
    summary: 'A net.',
    parameters: [{ name: 'width', annotation: 'int', default: '4' }, { name: 'depth' }],
    forward: [{ name: 'x' }, { name: 'mask', default: 'None' }],
  });
});

test('a file is imported as a part of its package', async () => {
  write('app/__init__.py', '');
  const inPackage = write('app/models/net.py', 'from ..blocks import Block');
  expect(await described(inPackage)).toMatchObject({ module: 'app.models.net', root: folder });
  const withoutInit = write('lib/parts/net.py', 'from .core import Block');
  expect(await described(withoutInit)).toMatchObject({ module: 'parts.net', root: join(folder, 'lib') });
  const plain = write('lib/parts/alone.py', 'import core');
  expect(await described(plain)).toMatchObject({ module: 'alone', root: join(folder, 'lib', 'parts') });
});

test('a file that is no Python is a problem on its line', async () => {
  const file = write('net.py', 'x = 1\ndef f(:\n');
  expect(await describeProgram(file, PYTHON, silent)).toMatchObject({
    problem: { code: 'program-not-imported', origin: [{ file, line: 2, text: 'def f(:' }] },
  });
});

test('a PyTorch that is too old or broken is said to be so', async () => {
  process.env.PYTHONPATH = folder;
  const file = write('torch/__init__.py', '__version__ = "1.12.1+cpu"');
  expect(await probePython(PYTHON, silent)).toMatchObject({
    problem: { code: 'torch-unusable', message: expect.stringContaining('PyTorch 1.12.1+cpu is too old') },
  });
  writeFileSync(file, 'raise ImportError("libtorch_cpu.so: cannot open shared object file")');
  expect(await probePython(PYTHON, silent)).toMatchObject({
    problem: { code: 'torch-unusable', message: expect.stringContaining('libtorch_cpu.so: cannot open') },
  });
});

test('a program ends with the process that asked for it', async () => {
  const pid = join(folder, 'pid');
  write(
    'torch/__init__.py',
    `import os, time
with open(${JSON.stringify(`${pid}.new`)}, "w") as opened:
    opened.write(str(os.getpid()))
os.rename(${JSON.stringify(`${pid}.new`)}, ${JSON.stringify(pid)})
time.sleep(120)
`,
  );
  // It asks as the engine does, and is gone without a word.
  const asking = `const { spawn } = require("node:child_process");
    const [python, ...words] = ${JSON.stringify(helperCommand(PYTHON.python, helperScript()))};
    const env = { ...process.env, PYTHONPATH: ${JSON.stringify(folder)} };
    spawn(python, words, { detached: true, env }).stdin.end('{"do":"probe"}');
    setInterval(() => {
      if (require("node:fs").existsSync(${JSON.stringify(pid)})) process.kill(process.pid, "SIGKILL");
    }, 50);`;
  const parent = spawn(process.execPath, ['-e', asking]);
  await new Promise((resolve) => parent.once('exit', resolve));
  const id = Number(readFileSync(pid, 'utf8'));
  await expect.poll(() => isRunning(id), { timeout: 20_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a module is looked for in the folder of the run, and what it lacks is said', async () => {
  process.env.PYTHONPATH = dirname(
    dirname(
      write(
        'lib/torch/__init__.py',
        '__version__ = "2.0"\ndef manual_seed(seed): pass\nclass nn:\n    Module = complex',
      ),
    ),
  );
  write('acme.py', 'import beside');
  write('src/beside.py', 'def make():\n    import missing_package\n');
  const program = { module: 'acme', name: 'beside.make', arguments: {}, argv: [], operators: [], accept: [] };
  const request = { ...PYTHON, ...program, folder, inputs: [], output: join(folder, 'out'), reference: false };
  expect(await captureProgram(request, silent)).toMatchObject({
    problem: {
      code: 'import-missing',
      message: expect.stringContaining('missing_package'),
      origin: [{ file: join(folder, 'src/beside.py'), line: 2 }],
    },
  });
});

test('a program that takes too long is stopped, and its line is told', async () => {
  process.env.PYTHONPATH = folder;
  write('torch/__init__.py', '__version__ = "2.0"\ndef manual_seed(seed): pass');
  const file = write('train.py', 'import time\nprint("epoch 1")\nwhile True:\n    time.sleep(0.01)\n');
  const program = { file, name: 'Net', arguments: {}, argv: [], operators: [], accept: [] };
  const request = { ...PYTHON, ...program, seconds: 2, inputs: [], output: join(folder, 'out'), reference: false };
  const lines: string[] = [];
  expect(await captureProgram(request, silent, (line) => lines.push(line))).toMatchObject({
    problem: {
      code: 'capture-timed-out',
      message: 'The program was stopped after 2 s; Graphwright was importing train.py.',
      origin: [{ file, line: 4, text: 'time.sleep(0.01)' }],
    },
  });
  expect(lines).toContain('epoch 1');
});
