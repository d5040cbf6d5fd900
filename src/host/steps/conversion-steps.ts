/** *Conversion Steps*: the passes of the last conversion with what each did, and a check box to leave one out. */
import * as vscode from 'vscode';
import type { PassData } from '../../shared/conversion.ts';
import type { EngineCalls } from '../../shared/engine.ts';
import type { StepsId } from '../../shared/identifiers.ts';
import { showError } from '../errors.ts';
import type { Log } from '../log.ts';
import { StepGraphs } from './step-graphs.ts';
import { counted, type Item, type PassItem, rangesOf, treeItemOf } from './step-items.ts';
import { StepTexts } from './step-texts.ts';

const VIEW = 'graphwright.steps';
const HAS_STEPS = 'graphwright.hasSteps';

/** A conversion that was made, and how to make it again. */
export interface Conversion {
  readonly modelName: string;
  readonly targetTitle: string;
  readonly passes: readonly PassData[];
  readonly steps: StepsId;
  /** How many nodes it had before and after it was simplified. */
  readonly nodes?: readonly [before: number, after: number] | undefined;
  /** Names of passes that were left out. */
  readonly disabled: readonly string[];
  again(disabled: readonly string[]): Promise<void>;
}

export class ConversionStepsView implements vscode.TreeDataProvider<Item>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Item | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Item>;
  private readonly texts = new StepTexts();
  private readonly graphs: StepGraphs;
  private readonly subscriptions: vscode.Disposable;
  private conversion: Conversion | undefined;
  /** Passes that were left out: they do nothing that would tell of them. */
  private readonly known = new Map<string, PassData>();
  private off = new Set<string>();

  constructor(
    private readonly engine: EngineCalls,
    extension: vscode.Uri,
    private readonly log: Log,
  ) {
    this.graphs = new StepGraphs(engine, extension);
    this.view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, manageCheckboxStateManually: true });
    const command = (name: string, doing: string, work: (item: Item | undefined) => Promise<unknown> | undefined) =>
      vscode.commands.registerCommand(`graphwright.${name}`, async (item?: Item) => {
        try {
          await work(item ?? this.view.selection[0]);
        } catch (error) {
          await showError(error, this.log, doing);
        }
      });
    this.subscriptions = vscode.Disposable.from(
      ...[this.changed, this.view, this.texts, this.graphs],
      this.view.onDidChangeCheckboxState(({ items }) => this.check(items)),
      command('showStep', 'Show Step', (item) => this.showText(item)),
      command('showStepInGraph', 'Show Step in Graph', (item) => this.showGraph(item)),
      command('convertAgain', 'Convert Again', () => this.conversion?.again([...this.off])),
    );
  }

  /** Shows what a conversion did, instead of the one before. */
  show(conversion: Conversion): void {
    this.conversion = conversion;
    this.off = new Set(conversion.disabled);
    for (const pass of conversion.passes) this.known.set(pass.pass, { ...pass, applications: 0, removed: 0, added: 0 });
    const isEmpty = conversion.passes.length === 0 && this.off.size === 0;
    void vscode.commands.executeCommand('setContext', HAS_STEPS, !isEmpty);
    this.refresh();
  }

  async getChildren(item?: Item): Promise<Item[]> {
    if (!this.conversion) return [];
    if (!item) return this.passes().map((pass): PassItem => ({ kind: 'pass', pass }));
    if (item.kind === 'step' || (item.kind === 'pass' && item.pass.applications === 0)) return [];
    const ranges = item.kind === 'pass' ? rangesOf(item) : [];
    if (ranges.length > 0) return ranges;
    const [from, to, { pass, title }] =
      item.kind === 'range' ? [item.from, item.to, item.of.pass] : [0, item.pass.applications, item.pass];
    try {
      const { steps } = await this.engine.steps(this.conversion.steps, pass, { offset: from, limit: to - from });
      return steps.map((step): Item => ({ kind: 'step', step, title }));
    } catch (error) {
      void showError(error, this.log, 'Show Steps');
      return [];
    }
  }

  getTreeItem(item: Item): vscode.TreeItem {
    return treeItemOf(item, (pass) => this.off.has(pass));
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** What did something, then what was left out. */
  private passes(): readonly PassData[] {
    const { passes = [], disabled = [] } = this.conversion ?? {};
    const done = new Set(passes.map(({ pass }) => pass));
    const out = disabled.flatMap((name) => (done.has(name) ? [] : (this.known.get(name) ?? [])));
    return [...passes, ...out];
  }

  private check(items: readonly [Item, vscode.TreeItemCheckboxState][]): void {
    for (const [item, state] of items) {
      if (item.kind !== 'pass') continue;
      if (state === vscode.TreeItemCheckboxState.Checked) this.off.delete(item.pass.pass);
      else this.off.add(item.pass.pass);
    }
    this.refresh();
  }

  private refresh(): void {
    const { modelName, targetTitle, disabled = [] } = this.conversion ?? {};
    const isSame = this.off.size === disabled.length && disabled.every((name) => this.off.has(name));
    this.view.description = modelName === undefined ? '' : `${modelName} to ${targetTitle}`;
    this.view.message = isSame
      ? this.summary()
      : 'Other passes are checked than were run: convert again to see the result.';
    this.changed.fire(undefined);
  }

  /** What was done, and what one can do here. */
  private summary(): string {
    const { passes = [], nodes } = this.conversion ?? {};
    const steps = passes.reduce((sum, { applications }) => sum + applications, 0);
    if (steps === 0) return '';
    const became = nodes && nodes[0] !== nodes[1] ? `${counted(nodes[0])} nodes became ${counted(nodes[1])} in ` : '';
    const count = steps === 1 ? '1 step' : `${counted(steps)} steps`;
    return `${became}${count}. Unfold a row and click a step to compare its nodes before and after.`;
  }

  private async showText(item: Item | undefined): Promise<void> {
    if (item?.kind === 'step') await this.texts.show(item.step, item.title);
  }

  private async showGraph(item: Item | undefined): Promise<void> {
    if (item?.kind !== 'step' || !this.conversion) return;
    await this.graphs.show(this.conversion.steps, item.step, this.conversion.modelName);
  }
}
