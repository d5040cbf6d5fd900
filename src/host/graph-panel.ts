/** One graph panel: sends it the model and its problems, and does what it asks for. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { toFailure } from '../service/failure.ts';
import type { EngineCalls } from '../shared/engine.ts';
import type { TargetChoice } from '../shared/identifiers.ts';
import type { SourceFrame } from '../shared/node.ts';
import type { PanelAnswer, ToHost, ToPanel } from '../shared/panel.ts';
import type { FixName, PlacedProblem } from '../shared/problems.ts';
import { showError } from './errors.ts';
import { FIX_TITLES } from './fix-titles.ts';
import type { Log } from './log.ts';
import type { HeldModel, Models } from './models.ts';
import { PanelQuestions } from './panel-questions.ts';

/** What a panel may ask the host to do for its model. */
export interface PanelActions {
  chooseTarget(model: vscode.Uri, target: TargetChoice): Promise<void>;
  convert(model: vscode.Uri): Promise<void>;
  openText(model: vscode.Uri, node?: string): Promise<unknown>;
  openSource(model: vscode.Uri, frame: SourceFrame): Promise<unknown>;
  fix(model: vscode.Uri, fix: FixName, problem: PlacedProblem): Promise<void>;
}

type Action = Exclude<ToHost, { readonly type: 'ready' | 'call' | 'forget' | 'reload' | 'selected' }>;

/** What was being done, for messages about what went wrong. */
const DOING: Readonly<Record<Action['type'], string>> = {
  'choose-target': 'Choose Target',
  convert: 'Convert Model',
  'open-text': 'Open as Text',
  'open-source': 'Open source',
  fix: 'Fix',
  copy: 'Copy',
  capture: 'Capture with Python',
};

export class GraphPanel implements vscode.Disposable {
  private readonly held: HeldModel;
  private readonly subscriptions: vscode.Disposable[];
  private readonly questions: PanelQuestions;
  private ready = false;
  /** What to reveal once the panel shows the model. */
  private wanted: string | undefined;
  /** What the cursor of the text is on, until the panel can show it. */
  private following: string | undefined;
  /** What to explain once the panel shows the model. */
  private explained: { readonly node: string | undefined } | undefined;
  /** The node that is selected, by its id. */
  selected: string | undefined;

  constructor(
    readonly uri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
    private readonly engine: EngineCalls,
    private readonly models: Models,
    private readonly actions: PanelActions,
    private readonly log: Log,
    private readonly onDidSelect: (node: string | undefined) => void,
  ) {
    this.held = models.hold(uri);
    const modelId = async () => (await this.held.summary()).id;
    this.questions = new PanelQuestions(engine, modelId, (answer) => this.send(answer));
    const own = (changed: vscode.Uri) => changed.toString() === uri.toString();
    this.subscriptions = [
      this.held,
      panel.webview.onDidReceiveMessage((message: ToHost) => this.hear(message)),
      panel.onDidChangeViewState(() => this.sendFollowing()),
      models.onDidLoad((changed) => own(changed) && this.ready && void this.sendModel()),
      models.onDidCheck((changed) => own(changed) && this.ready && this.sendProblems()),
    ];
  }

  get active(): boolean {
    return this.panel.active;
  }

  /** Brings the panel to the front where it stands. */
  show(): void {
    this.panel.reveal();
  }

  /** Selects and shows a node, at once or as soon as the panel has the model. */
  reveal(node: string): void {
    if (this.ready) this.send({ type: 'reveal', node });
    else this.wanted = node;
  }

  /** Selects a node as soon as the panel is in sight; other than a reveal it brings nothing to the front. */
  follow(node: string): void {
    this.following = node;
    this.sendFollowing();
  }

  /** Says what simplification does to a node, or to the one that is selected. */
  explain(node: string | undefined): void {
    if (this.ready) this.send({ type: 'explain', node });
    else this.explained = { node };
  }

  find(): void {
    this.send({ type: 'find' });
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
    this.questions.forgetAll();
  }

  private hear(message: ToHost): void {
    switch (message.type) {
      case 'ready':
        void this.sendModel();
        break;
      case 'call':
        void this.questions.answer(message);
        break;
      case 'forget':
        this.questions.forget(message.id);
        break;
      case 'selected':
        this.selected = message.node;
        this.following = undefined;
        this.onDidSelect(message.node);
        break;
      case 'reload':
        this.models.reload(this.uri);
        break;
      default:
        this.act(message).then(undefined, (error) => showError(error, this.log, DOING[message.type]));
    }
  }

  private act(message: Action): Thenable<unknown> {
    const { uri, actions } = this;
    switch (message.type) {
      case 'choose-target':
        return actions.chooseTarget(uri, message.target);
      case 'convert':
        return actions.convert(uri);
      case 'open-text':
        return actions.openText(uri, message.node);
      case 'open-source':
        return actions.openSource(uri, message.frame);
      case 'fix':
        return actions.fix(uri, message.fix, message.problem);
      case 'capture':
        return vscode.commands.executeCommand('graphwright.capture', uri, undefined, message.code);
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
    }
  }

  private async sendModel(): Promise<void> {
    const fileName = path.posix.basename(this.uri.path);
    this.send({ type: 'loading', title: `Reading ${fileName}` });
    const opened = this.held.summary();
    try {
      const [summary, targets] = await Promise.all([opened, this.engine.targets(this.uri.fsPath)]);
      this.send({ type: 'model', summary, targets, fixTitles: FIX_TITLES, target: this.models.targetOf(this.uri) });
      this.ready = true;
      this.sendProblems();
      if (this.wanted !== undefined) this.send({ type: 'reveal', node: this.wanted });
      this.wanted = undefined;
      if (this.explained) this.explain(this.explained.node);
      this.explained = undefined;
      this.sendFollowing();
    } catch (error) {
      this.ready = true;
      this.log.warn(`${this.uri.fsPath}: ${error}`);
      this.send({ type: 'failed', failure: toFailure(error), fileName });
    }
  }

  private sendFollowing(): void {
    const { following: node } = this;
    if (node === undefined || !this.ready || !this.panel.visible) return;
    this.following = undefined;
    this.send({ type: 'follow', node });
  }

  private sendProblems(): void {
    const { check } = this.held;
    if (check) this.send({ type: 'problems', target: check.target, problems: check.problems });
  }

  private send(message: ToPanel | PanelAnswer): void {
    void this.panel.webview.postMessage(message);
  }
}
