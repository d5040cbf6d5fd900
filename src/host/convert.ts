/** *Convert Model…*: asks for the target, converts beside the source, and says what came of it. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { agrees } from '../core/agreement.ts';
import { InputError } from '../core/ir/errors.ts';
import { installCommand } from '../core/runtime/python-command.ts';
import type { ConvertResult, DomainVersions, TargetRow } from '../shared/conversion.ts';
import type { EngineCalls } from '../shared/engine.ts';
import type { TargetChoice } from '../shared/identifiers.ts';
import type { ProblemData } from '../shared/problems.ts';
import { targetTitle } from '../shared/target-text.ts';
import { askMlVersion, type MlWish } from './choose-ml-version.ts';
import { chooseTarget } from './choose-target.ts';
import { askComparingPython, comparingPython } from './compare-python.ts';
import { doneText } from './conversion-text.ts';
import { askWishes, type ConversionWishes } from './conversion-wishes.ts';
import { withProgress } from './engine.ts';
import { showError } from './errors.ts';
import { savedFirst } from './file-texts.ts';
import { askInputShapes, wantsInputShapes } from './input-shapes.ts';
import type { Log } from './log.ts';
import type { HeldModel, Models } from './models.ts';
import type { OpsFiles } from './ops-files.ts';
import { type Answer, BACK } from './pick.ts';
import type { Readings } from './readings.ts';
import type { ConversionStepsView } from './steps/conversion-steps.ts';
import { isOnnx, isOnnxText, textUri } from './uris.ts';

const OPEN_GRAPH = 'Open Graph';
const SHOW_PROBLEMS = 'Show Problems';
const SHOW_STEPS = 'Show Steps';
const REPLACE = 'Replace';
const CAPTURE = 'Capture with Python…';
const COMPARE = 'Compare with Python…';
const OTHER_PYTHON = 'Choose Interpreter…';
const COPY_INSTALL = 'Copy Install Command';
const SAVE = 'Save and Convert';
const AS_SAVED = 'Convert What Is Saved';

const NOTHING_ELSE: ConversionWishes = { simplify: false, verify: false };

/** Problems of pickled modules that go away where their own Python runs. */
const NEEDS_CODE: ReadonlySet<string> = new Set(['unknown-module', 'module-not-run']);

/** One conversion, as it can be made again. */
interface Job {
  readonly uri: vscode.Uri;
  readonly target: TargetChoice;
  readonly title: string;
  readonly wishes: ConversionWishes;
  /** Names of passes that are left out. */
  readonly disabled: readonly string[];
  /** Where to write; beside the file where nothing is said. */
  readonly output?: string;
}

export class Converter implements vscode.Disposable {
  /** Models whose conversion told of problems stay open, so that these stay listed until it tells of none. */
  private readonly withProblems = new Map<string, HeldModel>();

  constructor(
    private readonly engine: EngineCalls,
    private readonly models: Models,
    private readonly readings: Readings,
    private readonly shown: { readonly steps: ConversionStepsView; readonly ops: OpsFiles },
    private readonly memory: vscode.Memento,
    private readonly log: Log,
    /** What runs models in a Python. */
    private readonly runtimeScript: string,
  ) {}

  /** Asks for a target and what else to do, and converts the files, one after another. */
  async convert(uris: readonly vscode.Uri[]): Promise<void> {
    const [first] = uris;
    if (!first) return;
    try {
      const rows = await this.engine.targets(this.about(first).fsPath);
      const title = uris.length === 1 ? `Convert ${this.nameOf(first)}` : `Convert ${uris.length} Models`;
      if (!(await textsSaved(uris))) return;
      const asked = await this.ask(uris, first, rows, title);
      if (!asked) return;
      for (const uri of uris) {
        const own = asked.versions.get(uri)?.own;
        const mlOpset = asked.ml === 'own' ? own : own && asked.ml;
        await this.convertTo(uri, { ...asked.target, ...(mlOpset !== undefined && { mlOpset }) }, rows, asked.wishes);
      }
    } catch (error) {
      await showError(error, this.log, 'Convert Model');
    }
  }

  /** Converts one file; resolves when it is done, whatever the user does with the notification. */
  async convertTo(
    uri: vscode.Uri,
    target: TargetChoice,
    rows: readonly TargetRow[],
    wishes: ConversionWishes = NOTHING_ELSE,
  ): Promise<void> {
    await this.make({ uri, target, title: targetTitle(target, rows), wishes, disabled: [] });
  }

  /** Converts a model that was captured, beside its program. */
  async convertCaptured(uri: vscode.Uri, target: TargetChoice, wishes: ConversionWishes): Promise<void> {
    const rows = await this.engine.targets(this.about(uri).fsPath);
    await this.convertTo(uri, target, rows, wishes);
  }

  /** Simplifies ONNX models at their own opset, each into a file beside it. */
  async simplify(uris: readonly vscode.Uri[]): Promise<void> {
    const others = uris.filter((uri) => !isOnnx(uri) && !isOnnxText(uri));
    if (others.length > 0) {
      const names = others.map(nameOf).join(', ');
      void vscode.window.showInformationMessage(
        `Only ONNX models are simplified as they are. Convert ${names}, and check Simplify.`,
      );
    }
    const models = uris.filter((uri) => !others.includes(uri));
    if (models.length === 0 || !(await textsSaved(models))) return;
    for (const uri of models) {
      const output = uri.fsPath.replace(/\.(onnx|onnxtxt)$/i, '.simplified.onnx');
      const wishes = { simplify: true, verify: false };
      await this.make({ uri, target: { target: 'onnx' }, title: 'simplified ONNX', wishes, disabled: [], output });
    }
  }

  dispose(): void {
    for (const each of this.withProblems.values()) each.dispose();
  }

  /** What to convert to and what else to do; undefined where the user leaves. */
  private async ask(uris: readonly vscode.Uri[], first: vscode.Uri, rows: readonly TargetRow[], title: string) {
    const ofOnnx = uris.every((uri) => isOnnx(uri) || isOnnxText(uri));
    const question = { title, more: 1, ...(ofOnnx && { ownOpset: "Keep the file's own opset" }) };
    // Models are opened while the user chooses.
    const opening = ofOnnx ? this.domainVersions(uris) : Promise.resolve(new Map());
    let current = this.models.targetOf(first);
    for (let isBack = false; ; isBack = true) {
      const target = await chooseTarget(rows, { ...question, current, isBack });
      if (!target) return undefined;
      current = target;
      const versions: ReadonlyMap<vscode.Uri, DomainVersions> = await opening;
      const rest = await this.askRest(title, target, [...versions.values()]);
      if (rest === undefined) return undefined;
      if (rest !== BACK) return { target, versions, ...rest };
    }
  }

  /** What is asked after the target: the version of ai.onnx.ml where a model has such operators, and what else to do. */
  private async askRest(
    title: string,
    { target, opset }: TargetChoice,
    [one, ...others]: readonly DomainVersions[],
  ): Promise<Answer<{ readonly ml?: MlWish; readonly wishes: ConversionWishes }>> {
    const isAsked = one !== undefined && target === 'onnx';
    const last = isAsked ? 4 : 3;
    for (;;) {
      const ml = isAsked ? await askMlVersion(this.memory, { title, step: [3, last] }, [one, ...others], opset) : BACK;
      if (isAsked && (ml === undefined || ml === BACK)) return ml;
      const wishes = await askWishes(this.memory, title, [last, last]);
      if (wishes === BACK && isAsked) continue;
      if (wishes === undefined || wishes === BACK) return wishes;
      return { wishes, ...(ml !== undefined && ml !== BACK && { ml }) };
    }
  }

  /** The versions of ai.onnx.ml of those models that have operators of it. A model that cannot be read has none. */
  private async domainVersions(uris: readonly vscode.Uri[]): Promise<ReadonlyMap<vscode.Uri, DomainVersions>> {
    const found = new Map<vscode.Uri, DomainVersions>();
    for (const uri of uris) {
      const held = this.models.hold(uri);
      try {
        const versions = await this.engine.domainVersions((await held.summary()).id);
        if (versions) found.set(uri, versions);
      } catch (error) {
        this.log.info(`${uri.fsPath}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        held.dispose();
      }
    }
    return found;
  }

  private async make(job: Job, force = false): Promise<void> {
    try {
      const result = await this.run(job, force);
      if (!result) return;
      this.showSteps(job, result);
      await this.report(job, result);
    } catch (error) {
      void showError(error, this.log, `Converting ${this.nameOf(job.uri)}`);
    }
  }

  /** Runs a conversion, asking for what it lacks; undefined where the user does not want to go on. */
  private async run(job: Job, force: boolean): Promise<ConvertResult | undefined> {
    const { uri, target, title, wishes, disabled, output = this.outputOf(job) } = job;
    const reference = this.readings.programOf(uri)?.reference;
    const request = {
      input: uri.fsPath,
      reading: this.readings.of(uri),
      target,
      force,
      ...wishes,
      foldLimit: foldLimit(this.about(uri)),
      disabled,
      explain: true,
      ...(reference && { reference }),
      ...(wishes.verify && { python: comparingPython(this.memory, this.readings.programOf(uri)?.python) }),
      ...(output !== undefined && { output }),
    };
    try {
      const result = await withProgress(`Converting ${this.nameOf(uri)} to ${title}`, (watch) =>
        this.engine.convert(request, watch),
      );
      if (result.status === 'refused' && wantsInputShapes(result.problems) && request.reading.inputs.length === 0)
        return (await this.giveInputShapes(uri)) ? this.run(job, force) : result;
      return result;
    } catch (error) {
      if (!(error instanceof InputError) || error.code !== 'file-exists' || force) throw error;
      const existing = error.place ? path.basename(error.place.file) : 'The file';
      const detail = 'Converting again replaces it.';
      const chosen = await vscode.window.showWarningMessage(`${existing} exists.`, { modal: true, detail }, REPLACE);
      return chosen === REPLACE ? this.run(job, true) : undefined;
    }
  }

  /** Where the result is written, where that is not beside the model. */
  private outputOf({ uri, target }: Job): string | undefined {
    const captured = this.readings.programOf(uri);
    return captured && `${captured.output}${target.target.startsWith('caffe:') ? '.caffemodel' : '.onnx'}`;
  }

  /** The file that the user knows: that of the program, where the model was captured from one. */
  private about(uri: vscode.Uri): vscode.Uri {
    const captured = this.readings.programOf(uri);
    return captured ? vscode.Uri.file(captured.program) : uri;
  }

  private nameOf(uri: vscode.Uri): string {
    const captured = this.readings.programOf(uri);
    return captured ? `${captured.name} of ${nameOf(this.about(uri))}` : nameOf(uri);
  }

  private showSteps(job: Job, { passes, steps, output, simplified }: ConvertResult): void {
    if (steps === undefined) return;
    this.shown.steps.show({
      modelName: this.nameOf(job.uri),
      targetTitle: job.title,
      passes,
      steps,
      nodes: simplified && [simplified.nodesBefore, simplified.nodesAfter],
      disabled: job.disabled,
      // What it wrote itself it may replace.
      again: (disabled) => this.make({ ...job, disabled }, output.length > 0),
    });
  }

  /** Asks what the inputs of a program are and keeps the answer; whether the user gave one. */
  async giveInputShapes(uri: vscode.Uri): Promise<boolean> {
    const held = this.models.hold(uri);
    try {
      const summary = await held.summary().catch(() => undefined);
      const inputs = await askInputShapes(summary, this.readings.of(uri).inputs, nameOf(uri));
      if (!inputs) return false;
      await this.readings.keep(uri, { inputs });
      this.models.reload(uri);
      return true;
    } finally {
      held.dispose();
    }
  }

  private async report(job: Job, result: ConvertResult): Promise<void> {
    const { uri, target, title } = job;
    const { status, output, problems } = result;
    this.log.info(`${uri.fsPath} to ${title}: ${status} in ${result.seconds.toFixed(2)} s`, output);
    const name = this.nameOf(uri);
    if (status === 'refused') {
      await this.keepProblems(uri, target, problems);
      const nodes = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
      const text = `${title} cannot take ${name} exactly: ${nodes}. Nothing was written.`;
      const capture = problems.some(({ code }) => NEEDS_CODE.has(code)) ? [CAPTURE] : [];
      void this.offer(vscode.window.showErrorMessage(text, SHOW_PROBLEMS, OPEN_GRAPH, ...capture), uri);
      return;
    }
    if (problems.length > 0) await this.keepProblems(uri, target, problems);
    else this.release(uri);
    await this.shown.ops.showEndless(uri, problems);
    const text = doneText(name, title, result);
    const made = output.map((file) => vscode.Uri.file(file)).find((file) => file.path.endsWith('.onnx'));
    if (result.unverified) return void this.offerComparison(job, result, text, made);
    const buttons = [
      ...(made ? [OPEN_GRAPH] : []),
      ...(result.passes.length > 0 ? [SHOW_STEPS] : []),
      ...(problems.length > 0 ? [SHOW_PROBLEMS] : []),
    ];
    const differs = result.verification && !agrees(result.verification);
    const say = differs ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    void this.offer(say(text, ...buttons), made ?? uri);
  }

  /** Offers what a comparison lacks: it was asked for, and did not happen. */
  private async offerComparison(
    job: Job,
    { output, unverified }: ConvertResult,
    text: string,
    made: vscode.Uri | undefined,
  ): Promise<void> {
    const about = this.about(job.uri);
    const python = comparingPython(this.memory, this.readings.programOf(job.uri)?.python);
    // A model that is rejected by one onnxruntime may be newer than it: another Python may have another.
    const installing = unverified?.code === 'runtime-missing' ? [COPY_INSTALL] : [];
    const ways = python === undefined ? [COMPARE] : [OTHER_PYTHON, ...installing];
    const graph = made ? [OPEN_GRAPH] : [];
    const chosen = await vscode.window.showWarningMessage(text, ...ways, ...graph);
    if (chosen === OPEN_GRAPH) return this.offer(Promise.resolve(chosen), made ?? job.uri);
    if (chosen === COPY_INSTALL && python !== undefined) await vscode.env.clipboard.writeText(installCommand(python));
    if (chosen !== COMPARE && chosen !== OTHER_PYTHON) return;
    // What it wrote itself it may replace.
    if (await askComparingPython(about, this.memory, this.runtimeScript, chosen === OTHER_PYTHON))
      await this.make(job, output.length > 0);
  }

  private async offer(choice: Thenable<string | undefined>, uri: vscode.Uri): Promise<void> {
    const chosen = await choice;
    if (chosen === OPEN_GRAPH) await vscode.commands.executeCommand('graphwright.openGraph', uri);
    if (chosen === CAPTURE) await vscode.commands.executeCommand('graphwright.capture', uri);
    if (chosen === SHOW_STEPS) await vscode.commands.executeCommand('graphwright.steps.focus');
    if (chosen === SHOW_PROBLEMS) await vscode.commands.executeCommand('graphwright.showProblems', uri);
  }

  /** Lists the problems of a conversion, also while no editor shows the model. */
  private async keepProblems(uri: vscode.Uri, target: TargetChoice, told: readonly ProblemData[]): Promise<void> {
    const key = uri.toString();
    const held = this.withProblems.get(key) ?? this.models.hold(uri);
    this.withProblems.set(key, held);
    await held.checkAgainst(target, told);
  }

  private release(uri: vscode.Uri): void {
    this.withProblems.get(uri.toString())?.dispose();
    this.withProblems.delete(uri.toString());
  }
}

/** Files are converted, not editors: asks about texts that are not saved. Whether to go on. */
async function textsSaved(models: readonly vscode.Uri[]): Promise<boolean> {
  const texts = new Set(models.map((model) => textUri(model).toString()));
  const dirty = vscode.workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && texts.has(uri.toString()));
  return savedFirst(dirty, SAVE, AS_SAVED);
}

/** Bytes that what is computed beforehand may add to a file, where the user says so. */
function foldLimit(uri: vscode.Uri): number | undefined {
  const megabytes = vscode.workspace.getConfiguration('graphwright', uri).get<number | null>('foldLimit', null);
  return typeof megabytes === 'number' && megabytes >= 0 ? megabytes * 1e6 : undefined;
}

function nameOf(uri: vscode.Uri): string {
  return path.posix.basename(uri.path);
}
