/** *Define custom operator…*: writes an entry into graphwright.ops.json, from what the graph knows and what the user adds. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { type OpsEntry, withEntry, withModule } from '../core/custom/ops-file.ts';
import { findOpsFile, OPS_FILE } from '../core/custom/ops-path.ts';
import { parseShapeRule } from '../core/custom/shape-rule.ts';
import type { OperatorDraft } from '../shared/draft.ts';
import type { EngineCalls } from '../shared/engine.ts';
import type { PlacedProblem } from '../shared/problems.ts';
import { showError } from './errors.ts';
import type { Log } from './log.ts';
import type { Models } from './models.ts';
import { BACK, choose, write } from './pick.ts';

const OPEN_FILE = 'Open File';
const CONVERT_AGAIN = 'Convert Again';

export class OperatorDefiner {
  constructor(
    private readonly engine: EngineCalls,
    private readonly models: Models,
    private readonly log: Log,
  ) {}

  /**
   * Defines the operator of a problem's node, or the class of a module around it; resolves when the file is saved and
   * the model read again.
   */
  async define(model: vscode.Uri, problem: PlacedProblem, module?: string): Promise<void> {
    const held = this.models.hold(model);
    try {
      const { id } = await held.summary();
      const node = problem.place?.node ?? (problem.node && (await this.engine.locate(id, problem.node.name))?.node);
      if (node === undefined)
        throw new Error(`${problem.message} It names no node that an operator could be made for.`);
      const of = module === undefined ? {} : { module };
      const draft = await this.engine.draftOperator(id, node, { ...of, shapes: [] });
      const shapes = draft.needsShape ? await askShapes(draft) : [];
      if (!shapes) return;
      const { entry } = shapes.length > 0 ? await this.engine.draftOperator(id, node, { ...of, shapes }) : draft;
      const file = opsFileFor(model, draft.file);
      await writeEntry(file, entry as unknown as OpsEntry);
      this.models.reload(model);
      void this.report(model, draft.operator, file);
    } catch (error) {
      await showError(error, this.log, 'Define custom operator');
    } finally {
      held.dispose();
    }
  }

  /** Writes the beginning of an entry for the class of a pickled module, and shows it: what it computes, the user knows. */
  async addForward(model: vscode.Uri, problem: PlacedProblem): Promise<void> {
    const { operator: type = '', fits } = problem.details;
    const held = this.models.hold(model);
    try {
      const file = opsFileFor(model, findOpsFile(model.fsPath) ?? vscode.Uri.joinPath(model, '..', OPS_FILE).fsPath);
      const entry = { class: type, forward: ['def forward(self, x):', '    return x'], ...(fits && { fits }) };
      await writeText(file, (text) => withModule(text, entry) ?? text);
      const document = await vscode.workspace.openTextDocument(file);
      const at = document.positionAt(Math.max(document.getText().indexOf(`"${type}"`), 0));
      await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
    } catch (error) {
      await showError(error, this.log, 'Add forward');
    } finally {
      held.dispose();
    }
  }

  private async report(model: vscode.Uri, operator: string, file: vscode.Uri): Promise<void> {
    const text = `${operator} is a custom operator now (${path.posix.basename(file.path)}).`;
    const chosen = await vscode.window.showInformationMessage(text, CONVERT_AGAIN, OPEN_FILE);
    if (chosen === OPEN_FILE) await vscode.window.showTextDocument(file);
    if (chosen === CONVERT_AGAIN) await vscode.commands.executeCommand('graphwright.convert', model);
  }
}

/** The file that governs the model; where there is none, one in the folder of the workspace, else beside the model. */
function opsFileFor(model: vscode.Uri, governing: string): vscode.Uri {
  const found = vscode.Uri.file(governing);
  const folder = vscode.workspace.getWorkspaceFolder(model)?.uri ?? vscode.Uri.joinPath(model, '..');
  const made = vscode.Uri.joinPath(folder, OPS_FILE);
  // One above the workspace would be found too, but the user does not see it there.
  return found.path.startsWith(`${folder.path}/`) || found.path === made.path ? found : made;
}

/** Adds an entry, keeping comments and what stands in an open editor, and saves. */
function writeEntry(file: vscode.Uri, entry: OpsEntry): Promise<void> {
  return writeText(file, (text) => withEntry(text, entry));
}

async function writeText(file: vscode.Uri, change: (text: string) => string): Promise<void> {
  const exists = await vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
  if (!exists) return vscode.workspace.fs.writeFile(file, new TextEncoder().encode(change('')));
  const document = await vscode.workspace.openTextDocument(file);
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(file, all, change(document.getText()));
  await vscode.workspace.applyEdit(edit);
  if (!(await document.save())) throw new Error(`${file.fsPath} could not be saved.`);
}

interface RuleItem extends vscode.QuickPickItem {
  readonly rule: string | undefined;
}

/** A shape rule for each output; undefined where the user leaves. */
async function askShapes({ operator, inputs, outputs }: OperatorDraft): Promise<string[] | undefined> {
  const rules: string[] = [];
  while (rules.length < outputs.length) {
    const rule = await askShape(operator, inputs, outputs, rules.length);
    if (rule === undefined) return undefined;
    if (rule === BACK) rules.pop();
    else rules.push(rule);
  }
  return rules;
}

async function askShape(operator: string, inputs: readonly string[], outputs: readonly string[], at: number) {
  const what = outputs.length === 1 ? 'the output' : `output ${outputs[at]}`;
  const title = `Custom Operator ${operator}`;
  const step = [at + 1, outputs.length] as const;
  const items: RuleItem[] = [
    ...inputs.map((name, k): RuleItem => ({ label: `The same as input ${k}`, description: name, rule: name })),
    ...(inputs.length > 1
      ? [{ label: 'The inputs broadcast', description: broadcastOf(inputs), rule: broadcastOf(inputs) }]
      : []),
    { label: 'Another rule…', description: 'a list of sizes', rule: undefined },
  ];
  const placeholder = `The file records no shape: what is the shape of ${what}?`;
  const chosen = await choose({ title, placeholder, step }, items);
  if (chosen === undefined || chosen === BACK || chosen.rule !== undefined)
    return typeof chosen === 'object' ? chosen.rule : chosen;
  const [first = 'x'] = inputs;
  const prompt = `A list of sizes over ${inputs.join(', ')}, such as [${first}[0], 2*${first}[1], (${first}[2]+1)//2].`;
  const question = { title, placeholder: `[${first}[0], ${first}[1]]`, prompt };
  return write(question, `[${first}[0], ${first}[1]]`, (text) => complaint(text, inputs));
}

const broadcastOf = (inputs: readonly string[]) => `broadcast(${inputs.join(', ')})`;

function complaint(text: string, inputs: readonly string[]): string | undefined {
  try {
    const list = /^\s*\[(.*)\]\s*$/.exec(text)?.[1];
    parseShapeRule(list === undefined ? text.trim() : list.split(',').map((size) => size.trim()), inputs);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
