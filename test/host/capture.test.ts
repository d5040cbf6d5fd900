/** *Capture Model…* inside VS Code, with an interpreter that speaks the helper's protocol in the place of Python. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Asked, PROGRAM, requestsOf, writeFakePython } from './fake-python.ts';
import { saying } from './saying.ts';
import { extension, ours, sample, until } from './tools.ts';

const program = () => sample('program.py');
let python = '';

suite('live capture', () => {
  suiteSetup(async () => {
    await extension().activate();
    python = writeFakePython(sample('.').fsPath);
    await vscode.workspace.fs.writeFile(program(), new TextEncoder().encode(PROGRAM));
    await settings().update('python', python, vscode.ConfigurationTarget.Workspace);
  });
  suiteTeardown(async () => {
    await settings().update('python', undefined, vscode.ConfigurationTarget.Workspace);
    for (const name of ['program.py', 'fake-python.cjs', 'fake-python.cjs.log', 'program.Digits.onnx'])
      rmSync(sample(name).fsPath, { force: true });
  });
  setup(() => rmSync(`${python}.log`, { force: true }));

  test('a lens stands over each module class, and leads to it', async () => {
    const document = await vscode.workspace.openTextDocument(program());
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    const own = lenses.filter(({ command }) => command?.command === 'graphwright.capture');
    assert.deepEqual(
      own.map(({ range, command }) => [document.lineAt(range.start.line).text, command?.arguments?.[1]]),
      [
        ['class Digits(nn.Module):', 'Digits'],
        ['class Broken(nn.Module):', 'Broken'],
        ['class Endless(nn.Module):', 'Endless'],
        ['class Silent(nn.Module):', 'Silent'],
      ],
    );
    assert.ok(!existsSync(`${python}.log`), 'Python ran for a lens');
  });

  test('nothing runs in a workspace that is not trusted', async () => {
    const { capture } = await extension().activate();
    const said = await saying({ isTrusted: false }, () => capture(program(), { name: 'Digits', answers: ANSWERS }));
    assert.match(said[0]?.message ?? '', /is not trusted/);
    assert.ok(!existsSync(`${python}.log`));
  });

  test('nothing runs without consent, which names the command and the folder', async () => {
    const { capture } = await extension().activate();
    const said = await saying({}, () => capture(program(), { answers: { ...ANSWERS, name: 'Digits' } }));
    assert.match(said[0]?.message ?? '', /Run program\.py/);
    assert.ok(said[0]?.detail?.includes(`${python} -B -u -X utf8 `), said[0]?.detail);
    assert.ok(said[0]?.detail?.includes(folder()), said[0]?.detail);
    assert.ok(!existsSync(`${python}.log`));
  });

  test('with consent it is captured and converted beside the program; the archive lies elsewhere', async () => {
    const { capture } = await extension().activate();
    const said = await saying({ press: 'Run' }, () => capture(program(), { answers: { ...ANSWERS, name: 'Digits' } }));
    assert.ok(existsSync(sample('program.Digits.onnx').fsPath));
    assert.ok(!existsSync(sample('program.Digits.pt2').fsPath));
    assert.match(
      said.at(-1)?.message ?? '',
      /Converted Digits of program\.py to ONNX, opset 17: program\.Digits\.onnx/,
    );
    const [asked] = requests();
    assert.equal(asked?.cwd, folder());
    assert.deepEqual(asked?.arguments, { width: '8' });
    assert.deepEqual(asked?.inputs, ANSWERS.inputs);
  });

  test('consent is asked for once', async () => {
    const { capture } = await extension().activate();
    rmSync(sample('program.Digits.onnx').fsPath);
    const said = await saying({}, () => capture(program(), { answers: { ...ANSWERS, name: 'Digits' } }));
    assert.equal(said.length, 1, said.map(({ message }) => message).join('\n'));
    assert.ok(existsSync(sample('program.Digits.onnx').fsPath));
  });

  test('the capture itself is kept where that is asked for', async () => {
    const { capture } = await extension().activate();
    const answers = { ...ANSWERS, name: 'Digits', target: { target: 'pytorch' } };
    const said = await saying({}, () => capture(program(), { answers }));
    assert.match(said[0]?.message ?? '', /Captured Digits of program\.py: program\.Digits\.pt2/);
    const kept = sample('program.Digits.pt2').fsPath;
    assert.deepEqual(readFileSync(kept), readFileSync(sample('digits.exported.pt2').fsPath));
    rmSync(kept);
  });

  test('of what was captured the last few archives are kept', async () => {
    const { capture } = await extension().activate();
    await saying({ press: 'Replace' }, () => capture(program(), { answers: { ...ANSWERS, name: 'Digits' } }));
    const captures = path.dirname(path.dirname(requests().at(-1)?.output ?? ''));
    const old = Array.from({ length: 8 }, (_, k) => path.join(captures, `old-${k}`));
    for (const [k, folder] of old.entries()) {
      mkdirSync(folder);
      utimesSync(folder, k, k);
    }
    await saying({ press: 'Replace' }, () => capture(program(), { answers: { ...ANSWERS, name: 'Digits' } }));
    const kept = readdirSync(captures);
    assert.equal(kept.length, 5, kept.join());
    assert.ok(kept.includes(path.basename(path.dirname(requests().at(-1)?.output ?? ''))), kept.join());
    assert.ok(!kept.includes('old-0') && kept.includes('old-7'), kept.join());
    for (const folder of old) rmSync(folder, { recursive: true, force: true });
  });

  test('a failure stands on the deepest line of the user, with its fixes; one defines the operator and captures again', async () => {
    const { capture } = await extension().activate();
    const document = await vscode.workspace.openTextDocument(program());
    const said = await saying({}, () => capture(program(), { answers: { ...ANSWERS, name: 'Broken' } }));
    assert.match(said[0]?.message ?? '', /depends on the numbers/);
    const [problem] = ours(program());
    assert.equal(document.lineAt(problem?.range.start.line ?? 0).text.trim(), 'if image.sum() > 0:');
    assert.equal(problem?.range.start.character, 8);
    assert.equal(problem?.relatedInformation?.length, 1);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      program(),
      problem?.range,
    );
    const titles = actions.map(({ title }) => title);
    const define = actions.find(({ title }) => title === 'Define custom operator…');
    assert.ok(define && titles.includes('Capture again'), titles.join('\n'));
    const copy = actions.find(({ title }) => title.startsWith('Copy export script'));
    await saying({}, () => run(copy));
    const script = await vscode.env.clipboard.readText();
    assert.match(
      script,
      /from program import Broken[\s\S]*model = Broken\(width=8\)[\s\S]*torch\.randn\(1, 1, 28, 28\)/,
    );
    await saying({}, () => run(define));
    const operators = readFileSync(sample('graphwright.ops.json').fsPath, 'utf8');
    assert.match(operators, /"function": "program\.swish"/);
    assert.deepEqual(
      requests()
        .at(-1)
        ?.operators?.map((each) => each.python),
      ['program.swish'],
    );
    assert.deepEqual(ours(program()), []);
    for (const name of ['graphwright.ops.json', 'program.Broken.onnx']) rmSync(sample(name).fsPath);
  });

  test('what a target does not take of a capture stands on the Python lines; its operators are defined beside the program', async () => {
    const { capture } = await extension().activate();
    const answers = { ...ANSWERS, name: 'Silent', inputs: ['image:float32[1,3,32,32]'] };
    const said = await saying({ press: 'Run' }, () => capture(program(), { answers }));
    assert.match(said.at(-1)?.message ?? '', /cannot take Silent of program\.py exactly/);
    const python = await vscode.workspace.openTextDocument(sample('acme.py'));
    const line = python
      .getText()
      .split('\n')
      .findIndex((text) => text.includes('swish(x, 1.5)'));
    const { range } = await until('a problem on the line', () =>
      ours(python.uri).find((each) => each.range.start.line === line && each.message.includes('acme::swish')),
    );
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      python.uri,
      range,
    );
    const define = actions.find((each) => each.title.includes('acme::swish…'));
    assert.ok(define, actions.map(({ title }) => title).join('\n'));
    await saying({}, () => run(define));
    const file = sample('graphwright.ops.json').fsPath;
    await until('the operator file', () => existsSync(file));
    assert.match(readFileSync(file, 'utf8'), /"operator": "acme::swish"/);
    rmSync(file);
  });

  test('cancel ends the program', async () => {
    const { capture } = await extension().activate();
    const cancelling = cancelled('Capturing Endless of program.py');
    await saying({}, () => capture(program(), { answers: { ...ANSWERS, name: 'Endless' } }), cancelling.stub);
    const { pid } = requests().at(-1) ?? {};
    assert.ok(pid !== undefined && cancelling.done());
    await until('the end of the program', () => !isRunning(pid));
  });
});

const ANSWERS = {
  arguments: { width: '8' },
  inputs: ['image:float32[1,1,28,28]'],
  target: { target: 'onnx', opset: 17 },
  wishes: { simplify: false, verify: false },
  accept: [],
};

async function run(action: vscode.CodeAction | undefined): Promise<void> {
  await vscode.commands.executeCommand(action?.command?.command ?? '', ...(action?.command?.arguments ?? []));
}

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('graphwright');
}

function folder(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
}

function requests(): readonly Asked[] {
  return requestsOf(python);
}

/** Progress of that title is cancelled as soon as the program has been asked. */
function cancelled(title: string) {
  let done = false;
  const withProgress: typeof vscode.window.withProgress = async (options, task) => {
    const stop = new vscode.CancellationTokenSource();
    if (options.title === title) {
      void until('the program', () => requests().some((each) => each.do === 'capture')).then(() => {
        done = true;
        stop.cancel();
      });
    }
    return task({ report: () => undefined }, stop.token);
  };
  return { stub: { withProgress }, done: () => done };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
