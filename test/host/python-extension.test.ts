/** Which Python captures, where the Python extension is installed: an extension of that id answers as tests want it. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { PROGRAM, requestsOf, writeFakePython } from './fake-python.ts';
import { saying } from './saying.ts';
import { extension, ours, sample } from './tools.ts';

interface Answers {
  active(resource: vscode.Uri | undefined): { readonly path: string };
  resolve(environment: {
    readonly path: string;
  }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
}

let answers: Answers;
let python = '';
const program = () => sample('program.py');
const ANSWERS = {
  ...{ name: 'Digits', arguments: {}, inputs: ['image:float32[1,1,28,28]'], accept: [] },
  ...{ target: { target: 'onnx', opset: 17 }, wishes: { simplify: false, verify: false } },
};
/** A virtual environment of the folder, which comes after the Python extension. */
const venv = () => sample('.venv').fsPath;

suite('the interpreter of the Python extension', () => {
  suiteSetup(async () => {
    const found = vscode.extensions.getExtension<{ readonly answers: Answers }>('ms-python.python');
    assert.ok(found, 'the extension is there');
    // Another than those of other tests, which may run already.
    python = writeFakePython(sample('.').fsPath, 'selected.cjs');
    await vscode.workspace.fs.writeFile(program(), new TextEncoder().encode(PROGRAM));
    mkdirSync(path.join(venv(), 'bin'), { recursive: true });
    writeFileSync(path.join(venv(), 'bin/python'), '#!/bin/false\n', { mode: 0o755 });
    await asked();
    assert.ok(found.isActive);
    answers = found.exports.answers;
  });
  suiteTeardown(() => {
    for (const name of ['program.py', 'selected.cjs', 'selected.cjs.log', 'program.Digits.onnx', '.venv'])
      rmSync(sample(name).fsPath, { force: true, recursive: true });
  });

  test('what it has selected for the file is named in the question, and runs', async () => {
    const about: (vscode.Uri | undefined)[] = [];
    answers.active = (resource) => {
      about.push(resource);
      return { path: '/envs/selected' };
    };
    answers.resolve = async (environment) =>
      environment.path === '/envs/selected' ? { executable: { uri: vscode.Uri.file(python) } } : undefined;
    const detail = await asked('Run');
    assert.ok(detail.includes(`${python} -B`) && detail.includes('selected in the Python extension'), detail);
    assert.deepEqual(
      about.map((each) => each?.fsPath),
      [program().fsPath],
    );
    assert.equal(requestsOf(python).at(-1)?.name, 'Digits');
  });

  const others: readonly (readonly [what: string, set: () => void])[] = [
    ['has an environment without a Python', () => (answers.resolve = async () => ({ executable: {} }))],
    ['knows nothing of its environment', () => (answers.resolve = async () => undefined)],
    [
      'fails',
      () => {
        answers.resolve = () => Promise.reject(new Error('broken'));
      },
    ],
    [
      'throws',
      () => {
        answers.active = () => {
          throw new Error('broken');
        };
      },
    ],
    ['never answers', () => (answers.resolve = () => new Promise(() => undefined))],
  ];
  for (const [what, set] of others)
    test(`where it ${what}, the environment of the folder is taken`, async () => {
      answers.active = () => ({ path: '/envs/broken' });
      set();
      const detail = await asked();
      assert.ok(detail.includes(path.join(venv(), 'bin/python')), detail);
    });

  test('an interpreter that is gone is told of, with another choice', async () => {
    answers.active = () => ({ path: '/envs/gone' });
    answers.resolve = async () => ({ executable: { uri: vscode.Uri.file('/envs/gone/bin/python') } });
    const { capture } = await extension().activate();
    const said = await saying({ press: 'Run' }, () => capture(program(), { answers: ANSWERS }));
    assert.match(
      said.at(-1)?.message ?? '',
      /\/envs\/gone\/bin\/python cannot be run as Python: there is no such program/,
    );
    assert.equal(ours(program()).length, 1);
  });
});

/** What the question says before anything runs. */
async function asked(press?: string): Promise<string> {
  const { capture } = await extension().activate();
  const said = await saying(press === undefined ? {} : { press }, () => capture(program(), { answers: ANSWERS }));
  return said.find(({ detail }) => detail !== undefined)?.detail ?? '';
}
