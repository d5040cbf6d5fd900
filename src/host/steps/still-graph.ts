/** A panel with the graph of one moment of a conversion: to be looked at, not to be worked with. */
import * as vscode from 'vscode';
import { toFailure } from '../../service/failure.ts';
import type { StepSide } from '../../shared/conversion.ts';
import type { EngineCalls } from '../../shared/engine.ts';
import type { ModelSummary } from '../../shared/graph.ts';
import type { PanelAnswer, ToHost, ToPanel } from '../../shared/panel.ts';
import { FIX_TITLES } from '../fix-titles.ts';
import { showGraphPage } from '../graph-page.ts';
import { PanelQuestions } from '../panel-questions.ts';

/** Which nodes are ringed; `near` are neighbours, where there is none to ring. */
export interface Changes {
  readonly side: StepSide;
  readonly nodes: readonly string[];
  readonly near: readonly string[];
}

export class StillGraph {
  private readonly questions: PanelQuestions;
  private shown: { readonly summary: ModelSummary; readonly changes: Changes } | undefined;
  private ready = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly engine: EngineCalls,
    extension: vscode.Uri,
    closed: () => void,
  ) {
    const modelId = async () => this.shown?.summary.id ?? '';
    this.questions = new PanelQuestions(engine, modelId, (answer) => this.send(answer));
    panel.webview.onDidReceiveMessage((message: ToHost) => this.hear(message));
    panel.onDidDispose(() => {
      this.questions.forgetAll();
      this.closeModel();
      closed();
    });
    showGraphPage(panel.webview, extension);
  }

  /** Shows a model that was opened for this panel, which closes it. */
  show(title: string, column: vscode.ViewColumn, summary: ModelSummary, changes: Changes): void {
    this.questions.forgetAll();
    this.closeModel();
    this.shown = { summary, changes };
    this.panel.title = title;
    this.panel.reveal(column, true);
    if (this.ready) this.sendModel();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private hear(message: ToHost): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.sendModel();
        break;
      case 'call':
        void this.questions.answer(message);
        break;
      case 'forget':
        this.questions.forget(message.id);
        break;
      case 'copy':
        void vscode.env.clipboard.writeText(message.text);
    }
  }

  private sendModel(): void {
    if (!this.shown) return;
    const { summary, changes } = this.shown;
    this.send({ type: 'model', summary, targets: [], fixTitles: FIX_TITLES, target: undefined, moment: true });
    this.send({ type: 'point', ...changes });
  }

  private closeModel(): void {
    const { shown } = this;
    this.shown = undefined;
    // An engine that died has closed it.
    if (shown) this.engine.close(shown.summary.id).catch(toFailure);
  }

  private send(message: ToPanel | PanelAnswer): void {
    void this.panel.webview.postMessage(message);
  }
}
