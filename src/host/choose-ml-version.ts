/** Asks for the version of ai.onnx.ml, where a model has operators of it, as it was answered the last time. */
import type * as vscode from 'vscode';
import type { DomainVersion, DomainVersions } from '../shared/conversion.ts';
import { type Answer, choose } from './pick.ts';

/** A version, or that of each model. */
export type MlWish = number | 'own';

interface MlItem extends vscode.QuickPickItem {
  readonly wish: MlWish;
}

/** By opset of ai.onnx, `own` for the file's own. */
type Wishes = Readonly<Record<string, MlWish>>;

const KEY = 'graphwright.mlVersions';

/**
 * Asks for the version beside an opset (undefined: each model's own) and remembers the answer in the workspace. Of several
 * models the first says what versions there are.
 */
export async function askMlVersion(
  memory: vscode.Memento,
  { title, step }: { readonly title: string; readonly step: readonly [at: number, of: number] },
  models: readonly [DomainVersions, ...DomainVersions[]],
  opset: number | undefined,
): Promise<Answer<MlWish>> {
  const [{ domain }] = models;
  const before = memory.get<Wishes>(KEY) ?? {};
  const key = String(opset ?? 'own');
  const items = itemsOf(models, opset);
  const usual = usualOf(models, opset);
  const active = [before[key], usual].map((wanted) => items.find(({ wish }) => wish === wanted)).find(Boolean);
  const chosen = await choose({ title, placeholder: `Choose the version of ${domain}`, step }, items, active);
  if (typeof chosen !== 'object') return chosen;
  await memory.update(KEY, { ...before, [key]: chosen.wish });
  return chosen.wish;
}

/** The models' own first, and then all others, newest first. */
function itemsOf(models: readonly [DomainVersions, ...DomainVersions[]], opset: number | undefined): MlItem[] {
  const [{ domain, versions }] = models;
  const owns = [...new Set(models.map(({ own }) => own))];
  const [own] = owns;
  const only = owns.length === 1 ? versions.find(({ version }) => version === own) : undefined;
  const first: MlItem = only
    ? { wish: 'own', label: `${domain} ${own}`, description: `the file's own, ${releasedWith(only, opset)}` }
    : { wish: 'own', label: "Keep each file's own version", description: owns.sort().join(', ') };
  const others = versions.filter(({ version }) => version !== only?.version);
  return [
    { ...first, detail: 'All operators stay as they are.' },
    ...others.map((row) => ({
      wish: row.version,
      label: `${domain} ${row.version}`,
      description: releasedWith(row, opset),
      detail: needsOf(models, row.version),
    })),
  ];
}

function releasedWith({ opsets: [first, last] }: DomainVersion, opset: number | undefined): string {
  if (opset !== undefined && opset >= first && opset <= last) return `released with opset ${opset}`;
  return first === last ? `released with opset ${first}` : `released with opsets ${first} to ${last}`;
}

/** What comes of the operators in a version. */
function needsOf(models: readonly DomainVersions[], version: number): string {
  const rows = models.flatMap(({ versions }) => versions.filter((row) => row.version === version));
  const named = (of: (row: DomainVersion) => readonly string[]) => [...new Set(rows.flatMap(of))].sort().join(', ');
  const changed = named((row) => row.changed);
  const missing = named((row) => row.missing);
  const parts = [
    ...(changed === '' ? [] : [`Written otherwise where that is exact: ${changed}.`]),
    ...(missing === '' ? [] : [`By other operators, or refused: ${missing}.`]),
  ];
  return parts.length === 0 ? 'All operators stay as they are.' : parts.join(' ');
}

/** As where nobody is asked: going down it is what was released with the opset, unless the model has an older one. */
function usualOf(models: readonly [DomainVersions, ...DomainVersions[]], opset: number | undefined): MlWish {
  const [{ own, opset: ownOpset, versions }] = models;
  const isDown = opset !== undefined && (ownOpset === undefined || opset < ownOpset);
  const released = versions.find(({ opsets: [first, last] }) => isDown && opset >= first && opset <= last)?.version;
  return released !== undefined && released < own ? released : 'own';
}
