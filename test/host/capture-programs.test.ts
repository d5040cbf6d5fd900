/** *Capture Model…* of what is no class of an open file: modules that Python finds, functions, and command lines. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { type Answering, answering } from './answering.ts';
import { PARSING, requestsOf, writeFakePython } from './fake-python.ts';
import { type Said, saying } from './saying.ts';
import { extension, ours, sample } from './tools.ts';

let python = '';
const program = () => sample('args.py');
const MADE = ['resnet18.onnx', 'args.onnx'];

suite('live capture of modules and functions', () => {
  suiteSetup(async () => {
    await extension().activate();
    python = writeFakePython(sample('.').fsPath);
    await vscode.workspace.fs.writeFile(program(), new TextEncoder().encode(PARSING));
    await settings().update('python', python, vscode.ConfigurationTarget.Workspace);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
  suiteTeardown(async () => {
    await settings().update('python', undefined, vscode.ConfigurationTarget.Workspace);
    for (const name of ['args.py', 'fake-python.cjs', 'fake-python.cjs.log', ...MADE])
      rmSync(sample(name).fsPath, { force: true });
  });
  setup(() => {
    for (const name of MADE) rmSync(sample(name).fsPath, { force: true });
    rmSync(`${python}.log`, { force: true });
  });

  test('without an open program the name of a module is taken, with all questions; the model lies in the folder', async () => {
    const questions = answering(
      ...['torchvision.models:resnet18', 'weights=None', 'None', undefined, 'ONNX', 'Opset 17', undefined],
    );
    const said = await capture(questions);
    // What is not asked does not count: a module has no command line.
    assert.deepEqual(questions.steps.slice(1), ['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
    assert.match(
      said.at(-1)?.message ?? '',
      /Converted resnet18 of torchvision\.models to ONNX, opset 17: resnet18\.onnx/,
    );
    assert.ok(existsSync(sample('resnet18.onnx').fsPath));
    const asked = requestsOf(python).find((each) => each.do === 'capture');
    assert.deepEqual(
      [asked?.module, asked?.file, asked?.name, asked?.arguments, asked?.argv, asked?.cwd],
      ['torchvision.models', undefined, 'resnet18', { weights: 'None' }, [], sample('.').fsPath],
    );
  });

  test('the next time it stands in the list, and all is answered as before', async () => {
    const said = await capture(answering('torchvision.models:resnet18', 'Capture Again'));
    assert.match(said.at(-1)?.message ?? '', /Converted resnet18 of torchvision\.models/);
    assert.deepEqual(requestsOf(python).at(-1)?.arguments, { weights: 'None' });
    const listed = answering('resnet18');
    await saying({}, () => vscode.commands.executeCommand('graphwright.capture'), listed.stubs);
    assert.equal(listed.asked[1], 'Capture as the last time?', listed.asked.join('\n'));
  });

  test('a command of its own asks for a module, and takes nothing else', async () => {
    const questions = answering('program.py:Net');
    await saying({}, () => vscode.commands.executeCommand('graphwright.captureModule'), questions.stubs);
    assert.equal(questions.asked.length, 1);
    const named = answering('torchvision.models:resnet18');
    await saying({}, () => vscode.commands.executeCommand('graphwright.captureModule'), named.stubs);
    assert.equal(named.asked[1], 'Capture as the last time?');
  });

  test('a program that reads its command line on import is asked about it; a function makes its model', async () => {
    const questions = answering('12', '--width "8"', 'None', undefined, 'ONNX', 'Opset 17', undefined);
    const said = await capture(questions, program());
    assert.match(questions.asked[1] ?? '', /The command line of args\.py/, questions.asked.join('\n'));
    assert.match(said.at(-1)?.message ?? '', /Converted make_digits of args\.py/);
    const asked = requestsOf(python).at(-1);
    assert.deepEqual([asked?.name, asked?.argv, asked?.arguments], ['make_digits', ['--width', '8'], { '*': '[12]' }]);
  });

  test('where the command line lacks something, a fix on the line asks for it, and begins with what was said', async () => {
    const { capture: run } = await extension().activate();
    await vscode.workspace.openTextDocument(program());
    const answers = { ...ANSWERS, name: 'make_digits', arguments: {} };
    await saying({}, () => run(program(), { answers }));
    const [problem] = ours(program());
    assert.match(problem?.message ?? '', /required: --width/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      program(),
      problem?.range,
    );
    const give = actions.find(({ title }) => title === 'Give the command line…');
    assert.ok(give?.command, actions.map(({ title }) => title).join('\n'));
    const { command, arguments: given = [] } = give.command;
    const questions = answering('--width 4');
    await saying({}, () => vscode.commands.executeCommand(command, ...given), questions.stubs);
    assert.equal(questions.asked.length, 1, questions.asked.join('\n'));
    assert.deepEqual(requestsOf(python).at(-1)?.argv, ['--width', '4']);
    assert.deepEqual(ours(program()), []);
    assert.ok(existsSync(sample('args.onnx').fsPath));
  });
});

const ANSWERS = {
  inputs: ['image:float32[1,1,28,28]'],
  target: { target: 'onnx', opset: 17 },
  wishes: { simplify: false, verify: false },
  accept: [],
};

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('graphwright');
}

/** Runs the command with answers to its questions; also to whether it may run and may replace. */
function capture({ stubs }: Answering, source?: vscode.Uri): Promise<readonly Said[]> {
  const run = async () => {
    await vscode.commands.executeCommand('graphwright.capture', source);
  };
  return saying({ press: 'Run' }, run, stubs);
}
