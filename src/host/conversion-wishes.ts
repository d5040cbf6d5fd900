/** Asks what else a conversion should do: check boxes, as they were answered the last time. */
import type * as vscode from 'vscode';
import { type Answer, BACK, chooseSeveral } from './pick.ts';

export interface ConversionWishes {
  readonly simplify: boolean;
  readonly verify: boolean;
}

interface WishItem extends vscode.QuickPickItem {
  readonly wish: keyof ConversionWishes;
}

const KEY = 'graphwright.conversionWishes';
const WISHES: readonly WishItem[] = [
  { wish: 'simplify', label: 'Simplify', description: 'fewer nodes, the same results' },
  { wish: 'verify', label: 'Compare', description: 'run both models on the same random inputs' },
];

/** Asks and remembers the answer in the workspace. */
export async function askWishes(
  memory: vscode.Memento,
  title: string,
  step: readonly [at: number, of: number],
): Promise<Answer<ConversionWishes>> {
  const before = memory.get<Partial<ConversionWishes>>(KEY) ?? {};
  const placeholder = 'Check what else to do, then Enter';
  const checked = WISHES.filter(({ wish }) => before[wish] === true);
  const chosen = await chooseSeveral({ title, placeholder, step }, WISHES, checked);
  if (chosen === undefined || chosen === BACK) return chosen;
  const has = (wish: keyof ConversionWishes) => chosen.some((item) => item.wish === wish);
  const wishes = { simplify: has('simplify'), verify: has('verify') };
  await memory.update(KEY, wishes);
  return wishes;
}
