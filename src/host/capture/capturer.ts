/**
 * *Capture Model…*: from a Python file to a converted model. It asks which Python runs and whether it may, what to build, with
 * what and for which inputs; has the program captured by a child of the engine; and goes on as any conversion does.
 */
import * as vscode from 'vscode';
import { fixTitle } from '../../core/problems/fixes.ts';
import type {
  CaptureProblem,
  CaptureRequest,
  InputGuess,
  OperatorCandidate,
  ProgramChoice,
  ProgramDescription,
  PythonAnswer,
  PythonProgram,
} from '../../shared/capture.ts';
import type { EngineCalls, Watch } from '../../shared/engine.ts';
import { targetTitle } from '../../shared/target-text.ts';
import type { Converter } from '../convert.ts';
import { withProgress } from '../engine.ts';
import { showError } from '../errors.ts';
import { scriptForProgram } from '../export-text.ts';
import { savedFirst } from '../file-texts.ts';
import type { Log } from '../log.ts';
import type { Models } from '../models.ts';
import type { Readings } from '../readings.ts';
import { type Asking, askAll, type Draft, finished, type Question } from './asking.ts';
import type { CapturedFiles } from './captured-files.ts';
import { askConsent, isTrusted } from './consent.ts';
import { chooseInterpreter, folderOf, type Interpreter, interpreterFor, placeOf } from './interpreter.ts';
import { KEPT, keepCapture } from './keep.ts';
import type { CaptureAnswers, CaptureMemory } from './memory.ts';
import { type Attempt, type CaptureFix, type CaptureProblems, fixesOf } from './problems.ts';
import { askAgain } from './questions.ts';
import { isProgram, kindOf, lineOf, nameOf, outputOf, pickleAnswers, programOf, titleOf } from './source.ts';

const SHOW = 'Show Problem';
const SHOW_LOG = 'Show Log';
const CHOOSE_PYTHON = 'Choose Interpreter…';
const SAVE = 'Save and Capture';
const MEGABYTE = 1e6;

/** What a capture works with. */
export interface CaptureParts {
  readonly engine: EngineCalls;
  readonly converter: Converter;
  readonly models: Models;
  readonly readings: Readings;
  readonly memory: CaptureMemory;
  /** Of the conversions of this workspace. */
  readonly memento: vscode.Memento;
  readonly problems: CaptureProblems;
  readonly files: CapturedFiles;
  /** What runs in an interpreter, as words of a command. */
  command(python: string): readonly string[];
  /** Writes custom operators for what was seen called; whether the user chose one. */
  define(source: vscode.Uri, candidates: readonly OperatorCandidate[]): Promise<boolean>;
  readonly log: Log;
}

/** What is known before anything is asked. */
export interface CaptureStart {
  /** The class or function. */
  readonly name?: string | undefined;
  readonly weights?: string | undefined;
  /** Earlier answers; the given question is asked again, the others only where they lack an answer. */
  readonly answers?: Draft | undefined;
  readonly ask?: Question | undefined;
}

const ORDER: readonly Question[] = ['program', 'arguments', 'argv', 'weights', 'inputs', 'target'];
/** Where an answer of each question is kept. */
const ANSWERS: Readonly<Record<Question, keyof CaptureAnswers>> = {
  program: 'name',
  arguments: 'arguments',
  argv: 'argv',
  weights: 'weights',
  inputs: 'inputs',
  target: 'target',
};

export class Capturer {
  constructor(private readonly parts: CaptureParts) {}

  /** Captures a program, or the model of a pickle, and converts it; resolves when it is done. */
  async capture(source: vscode.Uri, start: CaptureStart = {}): Promise<void> {
    try {
      if (!(await isTrusted(`Capturing a model runs ${nameOf(source)}`)) || !(await pythonSaved())) return;
      const interpreter = await this.interpreter(source);
      if (!interpreter) return;
      const answers = await this.answers(source, interpreter, start);
      if (answers) await this.run(source, interpreter, answers);
    } catch (error) {
      await showError(error, this.parts.log, `Capturing ${nameOf(source)}`);
    }
  }

  /** An interpreter that may run; undefined where there is none, or the user does not want it. */
  private async interpreter(source: vscode.Uri, chosen?: Interpreter): Promise<Interpreter | undefined> {
    const interpreter = chosen ?? (await interpreterFor(source));
    if (!interpreter) {
      const message = 'There is no Python on the path. Choose the interpreter that has PyTorch.';
      const wanted = await vscode.window.showErrorMessage(message, CHOOSE_PYTHON);
      const other = wanted === CHOOSE_PYTHON ? await chooseInterpreter(source) : undefined;
      return other && this.interpreter(source, other);
    }
    const consent = await askConsent(source, interpreter, this.parts.command(interpreter.path), this.parts.memory);
    if (consent !== 'other') return consent ? interpreter : undefined;
    const other = await chooseInterpreter(source);
    return other && this.interpreter(source, other);
  }

  private async answers(
    source: vscode.Uri,
    interpreter: Interpreter,
    { name, weights, answers, ask }: CaptureStart,
  ): Promise<CaptureAnswers | undefined> {
    const { memory, engine, memento } = this.parts;
    const title = `Capture ${nameOf(source)}`;
    const last = memory.of(source, name);
    if (last && !answers && weights === undefined) {
      const again = await askAgain(title, last, targetTitle(last.target, [KEPT]));
      if (again === undefined) return undefined;
      if (again) return last;
    }
    // Nothing is an answer to what is asked after the arguments: it is not filled from the last time.
    const before: Draft | undefined = answers?.arguments ? { ...last, argv: undefined, weights: undefined } : last;
    const draft: Draft = { ...(isProgram(source) ? {} : pickleAnswers(source)), ...before, ...answers };
    if (name !== undefined) draft.name = name;
    if (weights !== undefined) draft.weights = weights;
    const asking: Asking = {
      title,
      source,
      text: await textOf(source),
      asksCommandLine: ask === 'argv',
      targets: [...(await engine.targets(source.fsPath)), KEPT],
      memory: memento,
      last: (of) => memory.of(source, of),
      describe: this.describing(source, interpreter, draft),
      guess: (so) => this.guess(source, interpreter, so),
    };
    return askAll(asking, this.questions(source, { name, weights, answers, ask }), draft);
  }

  private questions(source: vscode.Uri, { name, weights, answers, ask }: CaptureStart): readonly Question[] {
    const order = isProgram(source) ? ORDER : ORDER.slice(ORDER.indexOf('inputs'));
    // Nothing is an answer, too, to what is asked after the arguments.
    const mayBeNothing: readonly Question[] = ['argv', 'weights'];
    const isOpen = (question: Question) =>
      answers?.[mayBeNothing.includes(question) ? 'arguments' : ANSWERS[question]] === undefined;
    if (answers) return order.filter((question) => question === ask || isOpen(question));
    return order.filter(
      (question) =>
        !(question === 'program' && name !== undefined) && !(question === 'weights' && weights !== undefined),
    );
  }

  /** What the file defines, asked for once. */
  private describing(source: vscode.Uri, { path: python }: Interpreter, draft: Draft): Asking['describe'] {
    let description: ProgramDescription | undefined;
    return async () => {
      const kind = kindOf(source);
      if (kind === 'pickle') return { choices: [], offersInputs: false };
      // What a module has is only known when it is imported.
      if (kind === 'module') return { choices: [unknownFunction(draft.name)], offersInputs: false };
      const asked = { python, folder: folderOf(source), file: source.fsPath };
      description ??= await this.ask(source, draft, `Reading ${nameOf(source)}`, (watch) =>
        this.parts.engine.describeProgram(asked, watch),
      );
      if (description?.choices.length === 0) {
        void vscode.window.showWarningMessage(`${nameOf(source)} defines no class and no function.`);
        return undefined;
      }
      return description;
    };
  }

  private async guess(
    source: vscode.Uri,
    interpreter: Interpreter,
    draft: Draft,
  ): Promise<readonly InputGuess[] | undefined> {
    const { name = '', arguments: given = {}, argv } = draft;
    const answers = { name, arguments: given, ...(argv !== undefined && { argv }), accept: [] };
    const program = this.program(source, interpreter, answers);
    const title = `Looking what ${titleOf(source, name)} takes`;
    const guesses = await this.ask(source, draft, title, async (watch) => {
      const told = await this.parts.engine.guessInputs(program, watch);
      // A program that does not say what it takes is asked about: that is no failure yet.
      const unknown = told.problems.find(({ code }) => code === 'inputs-unknown');
      return unknown ? { answer: unguessed(unknown.details.parameters), problems: [] } : told;
    });
    return guesses?.length === 0 ? unguessed() : guesses;
  }

  private program(
    source: vscode.Uri,
    { path: python }: Interpreter,
    answers: Omit<CaptureAnswers, 'inputs' | 'target' | 'wishes'>,
  ): PythonProgram {
    const settings = vscode.workspace.getConfiguration('graphwright', placeOf(source));
    const seconds = settings.get<number>('captureTimeout', 600);
    const memory = settings.get<number | null>('captureMemory', null);
    return {
      python,
      folder: folderOf(source),
      ...programOf(source, answers),
      about: source.fsPath,
      accept: answers.accept,
      seconds,
      ...(typeof memory === 'number' && memory > 0 && { memory: memory * MEGABYTE }),
    };
  }

  private async run(source: vscode.Uri, interpreter: Interpreter, answers: CaptureAnswers): Promise<void> {
    const { engine, memory, files, readings, models, converter, log } = this.parts;
    const { name, inputs, target, wishes } = answers;
    await memory.keep(source, answers);
    const request: CaptureRequest = {
      ...this.program(source, interpreter, answers),
      inputs,
      output: await files.placeFor(source.toString(), name),
      reference: wishes.verify && target.target !== KEPT.id,
    };
    const captured = await this.ask(source, answers, `Capturing ${titleOf(source, name)}`, (watch) =>
      engine.capture(request, watch),
    );
    if (!captured) return;
    log.info(`${titleOf(source, name)} was captured by ${captured.way}, PyTorch ${captured.torch}: ${captured.file}`);
    const model = vscode.Uri.file(captured.file);
    const output = outputOf(source, name, await textOf(source));
    if (target.target === KEPT.id) return keepCapture(captured.file, output, titleOf(source, name));
    const { torch, reference: folder } = captured;
    await readings.keep(model, {
      inputs: captured.inputs,
      captured: {
        ...{ program: source.fsPath, name, output, python: interpreter.path },
        ...(folder !== undefined && { reference: { folder, torch } }),
      },
    });
    models.reload(model);
    await converter.convertCaptured(model, target, wishes);
  }

  /** Asks something of the user's Python, with progress; undefined where it failed, which the user knows then. */
  private async ask<T>(
    source: vscode.Uri,
    draft: Draft,
    title: string,
    question: (watch: Watch) => Promise<PythonAnswer<T>>,
  ): Promise<T | undefined> {
    const { problems, log } = this.parts;
    log.info(title);
    const print = (lines: string) => log.info(`python: ${lines}`);
    problems.clear(source);
    const { answer, problems: told } = await withProgress(title, (watch) => question({ ...watch, print }));
    for (const { code, message } of told) log.info(`${code}: ${message}`);
    const shown = told.filter(({ severity, origin }) => severity !== 'information' || origin.length > 0);
    const line = draft.name === undefined ? 0 : lineOf(draft.name, await textOf(source));
    const attempt: Attempt = { source, line, answers: draft };
    const place = shown.length > 0 ? problems.put(attempt, shown) : undefined;
    const [failure] = told.filter(({ severity }) => severity === 'error');
    if (answer === undefined && failure) void this.tell(attempt, failure, place);
    return answer;
  }

  /** Says why there is no model, and offers the first thing that can be done. */
  private async tell(attempt: Attempt, failure: CaptureProblem, place: vscode.Location | undefined): Promise<void> {
    // A module has no text on which quick fixes could stand.
    const fixes = kindOf(attempt.source) === 'module' ? fixesOf(failure) : fixesOf(failure).slice(0, 1);
    const message = `Capturing ${nameOf(attempt.source)}: ${failure.message}`;
    // Without a line of the program's own there is nothing to see.
    const show = place && failure.origin.length > 0 ? [SHOW] : [];
    const chosen = await vscode.window.showErrorMessage(message, ...show, ...fixes.map(fixTitle), SHOW_LOG);
    if (chosen === SHOW && place) {
      await vscode.window.showTextDocument(place.uri, {
        selection: new vscode.Range(place.range.start, place.range.start),
      });
      return;
    }
    if (chosen === SHOW_LOG) this.parts.log.show();
    const fix = fixes.find((each) => fixTitle(each) === chosen);
    if (fix) await this.fix(attempt, fix, failure);
  }

  /** Does what a fix says, and captures once more. */
  async fix({ source, answers }: Attempt, fix: CaptureFix, problem: CaptureProblem): Promise<void> {
    const accepting = (code: string) => ({ ...answers, accept: [...new Set([...(answers.accept ?? []), code])] });
    switch (fix) {
      case 'give-input-shape':
        return this.capture(source, { answers, ask: 'inputs' });
      case 'give-arguments':
        return this.capture(source, { answers, ask: 'arguments' });
      case 'give-command-line':
        return this.capture(source, { answers, ask: 'argv' });
      case 'choose-weights':
        return this.capture(source, { answers, ask: 'weights' });
      case 'accept-weights':
      case 'accept-trace':
        return this.capture(source, { answers: accepting(problem.code) });
      case 'choose-python':
        if (await chooseInterpreter(source)) await this.capture(source, { answers });
        return;
      case 'raise-limits':
        await vscode.commands.executeCommand('workbench.action.openSettings', 'graphwright.capture');
        return;
      case 'define-custom-operator':
        if (await this.parts.define(source, problem.candidates ?? [])) await this.capture(source, { answers });
        return;
      case 'copy-script':
        await vscode.env.clipboard.writeText(scriptForProgram(source, finished(answers)));
        void vscode.window.showInformationMessage('The script is copied: run it where the code and its PyTorch are.');
        return;
      default:
        return this.capture(source, { answers });
    }
  }
}

/** A function of which nothing is known: it takes what it is given. */
function unknownFunction(name = ''): ProgramChoice {
  return { kind: 'function', name, line: 1, isModule: false, parameters: [{ name: '*args' }, { name: '**kwargs' }] };
}

/** Inputs by their names, or the first one, of which nothing is known. */
function unguessed(parameters = ''): readonly InputGuess[] {
  const names = parameters.split(', ').filter((name) => /^\w+$/.test(name));
  return (names.length > 0 ? names : ['0']).map((name) => ({ name, guess: `${name}:float32[1,3,224,224]`, from: '' }));
}

/** Files are captured, not editors: asks about Python that is not saved. Whether to go on. */
async function pythonSaved(): Promise<boolean> {
  const dirty = vscode.workspace.textDocuments.filter(
    ({ isDirty, languageId, uri }) => isDirty && languageId === 'python' && uri.scheme === 'file',
  );
  return savedFirst(dirty, SAVE);
}

/** The text of a program that is a file; none of others. */
async function textOf(source: vscode.Uri): Promise<string> {
  if (kindOf(source) !== 'file') return '';
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(source));
}
