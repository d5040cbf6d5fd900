/** The rows of *Conversion Steps*: passes, their steps, and stretches of steps where there are many. */
import * as vscode from 'vscode';
import type { PassData, Step } from '../../shared/conversion.ts';

/** A pass that did something, or one that was left out. */
export interface PassItem {
  readonly kind: 'pass';
  readonly pass: PassData;
}

/** Steps of a pass from one to another, counted from 0. */
export interface RangeItem {
  readonly kind: 'range';
  readonly of: PassItem;
  readonly from: number;
  readonly to: number;
}

export interface StepItem {
  readonly kind: 'step';
  readonly step: Step;
  /** What its pass does. */
  readonly title: string;
}

export type Item = PassItem | RangeItem | StepItem;

/** So many rows stand below one another. */
export const ROWS = 200;
/** So many nodes name a step. */
const MOST_NAMED = 4;

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** The stretches that the steps of a pass are shown in; none where they are few. */
export function rangesOf(of: PassItem): RangeItem[] {
  const { applications } = of.pass;
  if (applications <= ROWS) return [];
  return Array.from({ length: Math.ceil(applications / ROWS) }, (_, k): RangeItem => {
    return { kind: 'range', of, from: k * ROWS, to: Math.min((k + 1) * ROWS, applications) };
  });
}

export function treeItemOf(item: Item, isOff: (pass: string) => boolean): vscode.TreeItem {
  switch (item.kind) {
    case 'pass':
      return passRow(item.pass, isOff(item.pass.pass));
    case 'range':
      return new vscode.TreeItem(`${counted(item.from + 1)} to ${counted(item.to)}`, Collapsed);
    case 'step':
      return stepRow(item);
  }
}

/** How often comes first: the end of a long title is cut off. */
function passRow({ pass, title, applications, removed, added, optional }: PassData, isOff: boolean): vscode.TreeItem {
  const did = applications > 0;
  const row = new vscode.TreeItem(did ? `${counted(applications)}× ${title}` : title, did ? Collapsed : None);
  row.id = pass;
  row.description = did ? nodesText(removed, added) : 'left out';
  const leaving = optional ? `--disable ${pass} leaves it out` : 'needed to be exact';
  row.tooltip = [title, row.description, leaving].filter((line) => line !== '').join('\n');
  row.contextValue = 'pass';
  if (optional) {
    row.checkboxState = {
      state: isOff ? vscode.TreeItemCheckboxState.Unchecked : vscode.TreeItemCheckboxState.Checked,
      tooltip: isOff ? 'Left out when converted again' : 'Uncheck to leave it out when converted again',
    };
  }
  return row;
}

function stepRow(item: StepItem): vscode.TreeItem {
  const { step, title } = item;
  const row = new vscode.TreeItem(nodesOf(step));
  row.description = step.reason;
  const place = step.graph === 'model' ? '' : ` in ${step.graph}`;
  row.tooltip = `Step ${step.step}${place}: ${title}\n${step.reason}`;
  row.contextValue = 'step';
  row.command = { command: 'graphwright.showStep', title: 'Show Step', arguments: [item] };
  return row;
}

function nodesText(removed: number, added: number): string {
  if (removed + added === 0) return '';
  return [...(removed > 0 ? [`−${counted(removed)}`] : []), ...(added > 0 ? [`+${counted(added)}`] : []), 'nodes'].join(
    ' ',
  );
}

/** The first nodes that a step changed, or what it did where there are none. */
function nodesOf({ before, after, count, reason }: Step): string {
  const [nodes, all] = before.length > 0 ? [before, count.before] : [after, count.after];
  const named = nodes.slice(0, MOST_NAMED).map(({ label }) => label);
  if (named.length === 0) return reason;
  return all > named.length ? `${named.join(', ')} and ${counted(all - named.length)} more` : named.join(', ');
}

export function counted(count: number): string {
  return count.toLocaleString('en');
}
