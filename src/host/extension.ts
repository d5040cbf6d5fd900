/** The extension's start: makes its parts and registers its commands. What is costly begins when it is first used. */
import * as vscode from 'vscode';
import { OBJECT_ANALYSIS } from '../core/problems/problem.ts';
import type { EngineClient } from '../service/client.ts';
import type { TargetRow } from '../shared/conversion.ts';
import type { TargetChoice } from '../shared/identifiers.ts';
import type { SourceFrame } from '../shared/node.ts';
import type { FixName, PlacedProblem } from '../shared/problems.ts';
import type { Capturer, CaptureStart } from './capture/capturer.ts';
import { createCapturer } from './capture/create.ts';
import { chooseDialect, TOLD_BY_FILE } from './choose-dialect.ts';
import { chooseTarget } from './choose-target.ts';
import type { ConversionWishes } from './conversion-wishes.ts';
import { Converter } from './convert.ts';
import { OperatorDefiner } from './custom-operator.ts';
import { Diagnostics } from './diagnostics.ts';
import { ModelDocuments } from './documents.ts';
import { createEngine } from './engine.ts';
import { showError } from './errors.ts';
import { showExportScript } from './export-help.ts';
import { registerFixes } from './fixes.ts';
import { GraphEditors } from './graph-editor.ts';
import { GraphTextLink } from './graph-text-link.ts';
import { LanguageDocuments } from './language/documents.ts';
import { TextProblems } from './language/problems.ts';
import { registerLanguage } from './language/register.ts';
import { createLog, type Log } from './log.ts';
import { type Check, Models } from './models.ts';
import { OpsFiles } from './ops-files.ts';
import { choose } from './pick.ts';
import { PythonPlaces } from './python-places.ts';
import { Readings } from './readings.ts';
import { TargetStatus } from './status-bar.ts';
import { ConversionStepsView } from './steps/conversion-steps.ts';
import { configureTarget } from './target.ts';
import { TargetTablePages } from './target-table.ts';
import { TextFiles, type TextSource } from './text-files.ts';
import { isModel, modelOfActiveEditor } from './uris.ts';

/** What tests can see of the extension. */
export interface Graphwright {
  /** Processor time that the start took, in milliseconds, without loading the bundle. */
  readonly activationMs: number;
  /** The engine's process; undefined while none runs. */
  enginePid(): number | undefined;
  check(model: vscode.Uri): Check | undefined;
  convert(model: vscode.Uri, target: TargetChoice, wishes?: ConversionWishes): Promise<void>;
  define(model: vscode.Uri, problem: PlacedProblem): Promise<void>;
  capture(source: vscode.Uri, start?: CaptureStart): Promise<void>;
}

export function activate(context: vscode.ExtensionContext): Graphwright {
  const started = process.cpuUsage();
  const log = createLog();
  const engine = createEngine(context, log);
  const app = new App(context, engine, log);
  context.subscriptions.push(log, app);
  return {
    activationMs: processorMs(started),
    enginePid: () => engine.pid,
    check: (model) => app.models.checkOf(model),
    convert: (model, target, wishes) => app.converter.convertTo(model, target, [], wishes),
    define: (model, problem) => app.definer.define(model, problem),
    capture: (source, start) => app.capturer.capture(source, start),
  };
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

class App implements vscode.Disposable {
  private readonly readings: Readings;
  readonly models: Models;
  readonly converter: Converter;
  readonly definer: OperatorDefiner;
  readonly capturer: Capturer;
  private readonly documents: ModelDocuments;
  private readonly graphs: GraphEditors;
  private readonly targetTables: TargetTablePages;
  private readonly subscriptions: vscode.Disposable;
  private rows: readonly TargetRow[] = [];

  constructor(
    context: vscode.ExtensionContext,
    private readonly engine: EngineClient,
    private readonly log: Log,
  ) {
    this.readings = new Readings(context.workspaceState);
    this.models = new Models(engine, this.readings, log);
    const codes = vscode.Uri.joinPath(context.extensionUri, 'docs/problems.md');
    const steps = new ConversionStepsView(engine, context.extensionUri, log);
    const ops = new OpsFiles(engine, codes, log);
    const runtimeScript = context.asAbsolutePath('python/graphwright_runtime');
    const { workspaceState } = context;
    const shown = { steps, ops };
    this.converter = new Converter(engine, this.models, this.readings, shown, workspaceState, log, runtimeScript);
    this.definer = new OperatorDefiner(engine, this.models, this.readings, log);
    const { converter, definer, models, readings } = this;
    const capturing = createCapturer(context, { engine, converter, definer, models, readings, codes, log });
    this.capturer = capturing.capturer;
    const edited = new LanguageDocuments(engine, this.readings, log);
    this.documents = new ModelDocuments(engine, this.models, edited);
    this.graphs = new GraphEditors(context.extensionUri, engine, this.models, this, log);
    const problems = new TextProblems(edited, this.models, this.readings, codes, log);
    const diagnostics = new Diagnostics(this.models, edited, codes);
    this.targetTables = new TargetTablePages(engine, this.models);
    const status = new TargetStatus(this.models, problems, () => this.rows);
    const texts: TextSource = {
      binaryText: (path) => engine.binaryText(path),
      readOnlyText: (model) => this.documents.readOnlyText(model),
    };
    // Targets are asked for once the engine runs anyway.
    const naming = this.models.onDidCheck(() => void this.targets().then(undefined, () => undefined));
    this.subscriptions = vscode.Disposable.from(
      ...[
        naming,
        status,
        diagnostics,
        problems,
        steps,
        ops,
        this.targetTables,
        this.graphs,
        this.documents,
        this.converter,
        this.models,
        edited,
        this.readings,
        capturing,
      ],
      new TextFiles(texts, edited, this.models),
      new GraphTextLink(this.documents, this.graphs, log),
      registerLanguage(edited, problems, (text, dialect) => this.switchDialect(text, dialect)),
      registerFixes(diagnostics, problems, (model, fix, problem, module) => this.fix(model, fix, problem, module)),
      ...this.commands(),
    );
    edited.start();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  convert(model: vscode.Uri): Promise<void> {
    return this.converter.convert([model]);
  }

  openText(model: vscode.Uri, node?: string): Promise<unknown> {
    return this.documents.showText(model, node);
  }

  /** Opens the place that a frame names: inside the archive, or in the workspace. */
  async openSource(model: vscode.Uri, frame: SourceFrame): Promise<void> {
    if (frame.kind === 'torchscript') {
      await this.documents.showSource(model, frame.file, frame.line);
      return;
    }
    if (frame.kind === 'prototxt') {
      const selection = new vscode.Range(frame.line - 1, 0, frame.line - 1, 0);
      const viewColumn = vscode.ViewColumn.Beside;
      await vscode.window.showTextDocument(vscode.Uri.file(frame.file), { selection, viewColumn });
      return;
    }
    const place = await new PythonPlaces(model).find([frame]);
    if (place) {
      const selection = new vscode.Range(place.line, 0, place.line, 0);
      await vscode.window.showTextDocument(place.uri, { selection, viewColumn: vscode.ViewColumn.Beside });
    } else void vscode.window.showInformationMessage(`${frame.file}, line ${frame.line}, is not in this workspace.`);
  }

  /** Sets the target: the one given, or the one that the user chooses. */
  async chooseTarget(model: vscode.Uri | undefined, target?: TargetChoice): Promise<void> {
    const current = model ? this.models.targetOf(model) : { target: 'onnx' };
    const ownOpset = "The file's own opset";
    const asking = async () =>
      chooseTarget(await this.targets(model), { title: 'Check Models Against', current, ownOpset });
    const chosen = target ?? (await asking());
    if (chosen) await configureTarget(chosen, model);
  }

  async fix(model: vscode.Uri, fix: FixName, problem: PlacedProblem, module?: string): Promise<void> {
    switch (fix) {
      case 'define-custom-operator':
        return this.definer.define(model, problem, module);
      case 'change-opset': {
        const { opset } = problem.details;
        if (opset === undefined) return this.chooseTarget(model);
        return this.chooseTarget(model, { ...this.models.targetOf(model), opset: Number(opset) });
      }
      case 'raise-opset':
      case 'choose-target':
        // A target that a conversion was refused for is chosen by converting again; the setting's, by changing it.
        return this.models.hasOwnTarget(model) ? this.converter.convert([model]) : this.chooseTarget(model);
      case 'give-input-shape':
        await this.converter.giveInputShapes(model);
        return;
      case 'export-again':
        return this.showExportScript(model, problem);
      case 'add-forward':
        return this.definer.addForward(model, problem);
      case 'choose-dialect':
        return this.switchDialect(model, '');
      case 'accept-inexact': {
        const { accept } = this.readings.of(model);
        const name = ['inexact', acceptedName(problem)].filter((part) => part !== '').join(':');
        await this.readings.keep(model, { accept: [...new Set([...accept, name])] });
        this.models.reload(model);
      }
    }
  }

  private async showExportScript(model: vscode.Uri, problem: PlacedProblem): Promise<void> {
    const held = this.models.hold(model);
    try {
      await showExportScript(model, await held.summary().catch(() => undefined), problem, this.readings);
    } finally {
      held.dispose();
    }
  }

  /** Reads a Caffe network as a dialect from now on: `ncnn`, or the one that the user chooses. */
  async switchDialect(model: vscode.Uri, dialect: string): Promise<void> {
    const chosen = dialect === '' ? await chooseDialect(model, this.readings.of(model).from) : `caffe:${dialect}`;
    if (chosen === undefined) return;
    await this.readings.keep(model, { from: chosen === TOLD_BY_FILE ? undefined : chosen });
    this.models.reload(model);
  }

  /** Those for a model are all that there are, and what lies beside it. */
  private async targets(model?: vscode.Uri): Promise<readonly TargetRow[]> {
    if (model || this.rows.length === 0) this.rows = await this.engine.targets(model?.fsPath);
    return this.rows;
  }

  private commands(): vscode.Disposable[] {
    const about = (name: string, doing: string, work: (model: vscode.Uri, all: readonly vscode.Uri[]) => unknown) =>
      vscode.commands.registerCommand(`graphwright.${name}`, async (uri?: vscode.Uri, selected?: vscode.Uri[]) => {
        try {
          const model =
            uri instanceof vscode.Uri && isModel(uri) ? uri : (modelOfActiveEditor() ?? (await pickModel()));
          if (model)
            await work(model, selected?.some((each) => each.path === model.path) ? selected.filter(isModel) : [model]);
        } catch (error) {
          await showError(error, this.log, doing);
        }
      });
    return [
      about('convert', 'Convert Model', (_, all) => this.converter.convert(all)),
      about('simplify', 'Simplify Model', (_, all) => this.converter.simplify(all)),
      about('openGraph', 'Open Graph', (model) => this.graphs.show(model)),
      about('openText', 'Open as Text', (model) => this.documents.showText(model)),
      about('revealInGraph', 'Reveal in Graph', (model) => this.revealInGraph(model)),
      about('revealInText', 'Reveal in Text', (model) => this.openText(model, this.graphs.selectedIn(model))),
      about('explainNode', 'Explain Simplification', (model) => this.explainNode(model)),
      about('giveInputShapes', 'Set Input Shapes', (model) => this.converter.giveInputShapes(model)),
      about('defineOperator', 'Define Custom Operator', (model) => this.defineOne(model)),
      about('whichTargets', 'Which targets can take it', (model) => this.targetTables.show(model)),
      about('showProblems', 'Show Problems', () => vscode.commands.executeCommand('workbench.actions.view.problems')),
      vscode.commands.registerCommand('graphwright.chooseTarget', () => this.chooseTarget(modelOfActiveEditor())),
      vscode.commands.registerCommand('graphwright.findInGraph', () => this.graphs.find()),
      vscode.commands.registerCommand('graphwright.showLog', () => this.log.show()),
    ];
  }

  /** Shows the node of the text's cursor in the graph. */
  private async revealInGraph(model: vscode.Uri): Promise<void> {
    await this.graphs.show(model, await this.nodeAtCursor(), vscode.ViewColumn.Beside);
  }

  /** Says what simplification does to the node of the text's cursor, or to the one that is selected in the graph. */
  private async explainNode(model: vscode.Uri): Promise<void> {
    await this.graphs.explain(model, await this.nodeAtCursor());
  }

  private async nodeAtCursor(): Promise<string | undefined> {
    const editor = vscode.window.activeTextEditor;
    return editor && this.documents.nodeAt(editor.document, editor.selection.active);
  }

  /** Lets the user choose among the operators that a target does not take. */
  private async defineOne(model: vscode.Uri): Promise<void> {
    const held = this.models.hold(model);
    try {
      const { problems = [] } = await held.checkAgainst(this.models.targetOf(model));
      const byOperator = new Map(
        problems
          .filter((problem) => problem.fixes.includes('define-custom-operator') && problem.node)
          .map((problem) => [problem.node?.operator, problem] as const),
      );
      const items = [...byOperator].map(([operator = '', problem]) => ({
        label: operator,
        detail: problem.message,
        problem,
      }));
      if (items.length === 0) {
        void vscode.window.showInformationMessage('Every operator of this model is known to its target.');
        return;
      }
      const question = { title: 'Define Custom Operator', placeholder: 'Choose the operator' };
      const chosen = await choose(question, items);
      if (typeof chosen === 'object') await this.definer.define(model, chosen.problem);
    } finally {
      held.dispose();
    }
  }
}

/** Asks for a model of the workspace, where a command is not about one. */
async function pickModel(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles(
    '**/*.{onnx,onnxtxt,pt,pth,pt2,jit,ptl,torchscript,caffemodel,prototxt}',
    '**/node_modules/**',
    500,
  );
  if (files.length === 0) {
    void vscode.window.showInformationMessage('There is no model in this workspace.');
    return undefined;
  }
  const items = files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  const chosen = await choose({ title: 'Graphwright', placeholder: 'Choose a model' }, items);
  return typeof chosen === 'object' ? chosen.uri : undefined;
}

/** What is accepted of an approximation: a class of modules, which is told once, or a node. */
function acceptedName({ node, target }: PlacedProblem): string {
  const type = node?.scope.at(-1)?.type;
  return target === OBJECT_ANALYSIS && type ? type : (node?.name ?? '');
}
