/** *Conversion Steps*: the passes of the last conversion with what each did, and a check box to leave one out. */
import * as vscode from 'vscode';
import type { EngineCalls, PassData, Step, StepsId } from '../../shared/engine.ts';
import { showError } from '../errors.ts';
import type { Log } from '../log.ts';
import { StepGraphs } from './step-graphs.ts';
import { StepTexts } from './step-texts.ts';

const VIEW = 'graphwright.steps';
const HAS_STEPS = 'graphwright.hasSteps';
const PAGE = 200;
/** So many nodes name a step. */
const MOST_NAMED = 4;

/** A conversion that was made, and how to make it again. */
export interface Conversion {
  readonly modelName: string;
  readonly targetTitle: string;
  readonly passes: readonly PassData[];
  readonly steps: StepsId;
  /** Names of passes that were left out. */
  readonly disabled: readonly string[];
  again(disabled: readonly string[]): Promise<void>;
}

/** A pass that did something, or one that was left out. */
interface PassItem {
  readonly kind: 'pass';
  readonly pass: Pick<PassData, 'pass' | 'title' | 'optional'> & Partial<PassData>;
}

interface StepItem {
  readonly kind: 'step';
  readonly step: Step;
}

/** The end of a long list, which can be made longer. */
interface MoreItem {
  readonly kind: 'more';
  readonly of: PassItem;
  readonly left: number;
}

type Item = PassItem | StepItem | MoreItem;

export class ConversionStepsView implements vscode.TreeDataProvider<Item>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Item | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Item>;
  private readonly texts = new StepTexts();
  private readonly graphs: StepGraphs;
  private readonly subscriptions: vscode.Disposable;
  private conversion: Conversion | undefined;
  /** Titles of passes that were left out: they do nothing that would tell. */
  private readonly titles = new Map<string, PassItem['pass']>();
  private off = new Set<string>();
  private readonly shown = new Map<string, number>();

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
      command('moreSteps', 'Show More Steps', async (item) => this.showMore(item)),
    );
  }

  /** Shows what a conversion did, instead of the one before. */
  show(conversion: Conversion): void {
    this.conversion = conversion;
    this.off = new Set(conversion.disabled);
    this.shown.clear();
    for (const { pass, title, optional } of conversion.passes) this.titles.set(pass, { pass, title, optional });
    const isEmpty = conversion.passes.length === 0 && this.off.size === 0;
    void vscode.commands.executeCommand('setContext', HAS_STEPS, !isEmpty);
    this.refresh();
  }

  async getChildren(item?: Item): Promise<Item[]> {
    if (!this.conversion) return [];
    if (!item) return this.passes().map((pass): PassItem => ({ kind: 'pass', pass }));
    if (item.kind !== 'pass' || !item.pass.applications) return [];
    const { pass } = item.pass;
    const limit = this.shown.get(pass) ?? PAGE;
    const { total, steps } = await this.engine.steps(this.conversion.steps, pass, { offset: 0, limit });
    const rows = steps.map((step): Item => ({ kind: 'step', step }));
    const left = total - steps.length;
    return left > 0 ? [...rows, { kind: 'more', of: item, left }] : rows;
  }

  getTreeItem(item: Item): vscode.TreeItem {
    switch (item.kind) {
      case 'pass':
        return this.passItem(item.pass);
      case 'step':
        return stepItem(item);
      case 'more': {
        const row = new vscode.TreeItem(`Show More (${item.left} left)`);
        row.command = { command: 'graphwright.moreSteps', title: 'Show More Steps', arguments: [item] };
        return row;
      }
    }
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** What did something, then what was left out. */
  private passes(): PassItem['pass'][] {
    const { passes = [], disabled = [] } = this.conversion ?? {};
    const done = new Set(passes.map(({ pass }) => pass));
    const out = disabled.filter((name) => !done.has(name));
    return [...passes, ...out.map((name) => this.titles.get(name) ?? { pass: name, title: name, optional: true })];
  }

  private passItem(pass: PassItem['pass']): vscode.TreeItem {
    const { applications = 0, removed = 0, added = 0, optional, title } = pass;
    const state = applications > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
    // The name is short, and what the command line's --disable takes.
    const row = new vscode.TreeItem(pass.pass, state);
    row.id = pass.pass;
    const nodes = removed + added > 0 ? ` · −${removed} +${added} nodes` : '';
    row.description = applications > 0 ? `${applications}×${nodes}` : 'left out';
    row.tooltip = title;
    row.contextValue = 'pass';
    const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
    if (optional) {
      const isOff = this.off.has(pass.pass);
      row.checkboxState = {
        state: isOff ? Unchecked : Checked,
        tooltip: isOff ? 'Left out when converted again' : 'Uncheck to leave it out when converted again',
      };
    }
    return row;
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
    this.view.message = isSame ? '' : 'Other passes are checked than were run: convert again to see the result.';
    this.changed.fire(undefined);
  }

  private async showText(item: Item | undefined): Promise<void> {
    if (item?.kind === 'step') await this.texts.show(item.step);
  }

  private async showGraph(item: Item | undefined): Promise<void> {
    if (item?.kind !== 'step' || !this.conversion) return;
    await this.graphs.show(this.conversion.steps, item.step, this.conversion.modelName);
  }

  private showMore(item: Item | undefined): void {
    if (item?.kind !== 'more') return;
    const { pass } = item.of.pass;
    this.shown.set(pass, (this.shown.get(pass) ?? PAGE) + PAGE * 5);
    this.changed.fire(undefined);
  }
}

function stepItem(item: StepItem): vscode.TreeItem {
  const { step } = item;
  const row = new vscode.TreeItem(nodesOf(step));
  row.description = step.reason;
  row.tooltip = [step.reason, ...(step.graph === 'model' ? [] : [`in ${step.graph}`])].join(', ');
  row.contextValue = 'step';
  row.command = { command: 'graphwright.showStep', title: 'Show Step', arguments: [item] };
  return row;
}

/** The first nodes that a step changed, or what it did where there are none. */
function nodesOf({ before, after, count, reason }: Step): string {
  const [nodes, all] = before.length > 0 ? [before, count.before] : [after, count.after];
  const named = nodes.slice(0, MOST_NAMED).map(({ label }) => label);
  if (named.length === 0) return reason;
  return all > named.length ? `${named.join(', ')} and ${all - named.length} more` : named.join(', ');
}
