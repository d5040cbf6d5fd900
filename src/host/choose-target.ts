/** Asks for a target, and for its opset where it has versions. */
import type * as vscode from 'vscode';
import type { TargetRow } from '../shared/conversion.ts';
import type { TargetChoice } from '../shared/identifiers.ts';
import { type Answer, BACK, choose } from './pick.ts';

interface TargetItem extends vscode.QuickPickItem {
  readonly row: TargetRow;
}

interface OpsetItem extends vscode.QuickPickItem {
  readonly opset: number | undefined;
}

export interface TargetQuestion {
  readonly title: string;
  /** What Enter takes. */
  readonly current: TargetChoice;
  /** Offers to leave the opset open, in these words. */
  readonly ownOpset?: string;
  /** How many questions follow, and how many came before: where some did, one can go back to them. */
  readonly more?: number;
  readonly before?: number;
  /** The user comes back from what follows: the opset of `current` is asked for first, where it has one. */
  readonly isBack?: boolean;
}

/** The target that the user chose; undefined where they left. */
export async function chooseTarget(
  rows: readonly TargetRow[],
  question: Omit<TargetQuestion, 'before'>,
): Promise<TargetChoice | undefined> {
  const chosen = await chooseTargetOrBack(rows, question);
  return chosen === BACK ? undefined : chosen;
}

/** The target that the user chose, among other questions. */
export async function chooseTargetOrBack(
  rows: readonly TargetRow[],
  question: TargetQuestion,
): Promise<Answer<TargetChoice>> {
  for (let { isBack = false } = question; ; isBack = false) {
    const before = isBack ? rows.find(({ id, opsets }) => id === question.current.target && opsets) : undefined;
    const row = before ?? (await chooseRow(rows, question));
    if (row === undefined || row === BACK) return row;
    if (!row.opsets) return { target: row.id };
    const opset = await chooseOpset(row, row.opsets, question);
    if (opset === undefined) return undefined;
    if (opset !== BACK) return { target: row.id, ...(opset.opset !== undefined && { opset: opset.opset }) };
  }
}

async function chooseRow(
  rows: readonly TargetRow[],
  { title, current, more = 0, before = 0 }: TargetQuestion,
): Promise<Answer<TargetRow>> {
  const items = rows.map((row): TargetItem => ({ label: row.title, description: row.description, row }));
  const chosen = await choose(
    { title, placeholder: 'Choose what to convert to', step: [before + 1, before + 2 + more] },
    items,
    items.find(({ row }) => row.id === current.target),
  );
  return chosen === undefined || chosen === BACK ? chosen : chosen.row;
}

async function chooseOpset(
  row: TargetRow,
  { lowest, highest, usual }: NonNullable<TargetRow['opsets']>,
  { title, current, ownOpset, more = 0, before = 0 }: TargetQuestion,
): Promise<Answer<OpsetItem>> {
  const versions = Array.from({ length: highest - lowest + 1 }, (_, k) => highest - k);
  const items = versions.map(
    (opset): OpsetItem => ({ label: `Opset ${opset}`, ...(opset === usual && { description: 'usual' }), opset }),
  );
  if (ownOpset) items.unshift({ label: ownOpset, opset: undefined });
  const wanted = current.target === row.id ? current.opset : undefined;
  const active = items.find(({ opset }) => opset === (wanted ?? (ownOpset ? undefined : usual)));
  return choose({ title, placeholder: 'Choose the opset', step: [before + 2, before + 2 + more] }, items, active);
}
