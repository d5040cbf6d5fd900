/** *Define custom operator…*: writes an entry into graphwright.ops.json, from what the graph knows and what the user adds. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { draftCandidateEntry } from '../core/custom/candidate-entry.ts';
import { type OpsEntry, withEntry, withModule } from '../core/custom/ops-file.ts';
import { findOpsFile, OPS_FILE } from '../core/custom/ops-path.ts';
import { parseShapeRule } from '../core/custom/shape-rule.ts';
import { DocumentText } from '../core/language/text.ts';
import type { OperatorCandidate } from '../shared/capture.ts';
import type { OperatorDraft } from '../shared/draft.ts';
import type { EngineCalls } from '../shared/engine.ts';
import type { PlacedProblem } from '../shared/problems.ts';
import { showError } from './errors.ts';
import { fileText, writeText } from './file-texts.ts';
import { positionOf } from './language/values.ts';
import type { Log } from './log.ts';
import type { Models } from './models.ts';
import { BACK, choose, write } from './pick.ts';
import type { Readings } from './readings.ts';

const OPEN_FILE = 'Open File';
const CONVERT_AGAIN = 'Convert Again';

export class OperatorDefiner {
  constructor(
    private readonly engine: EngineCalls,
    private readonly models: Models,
    private readonly readings: Readings,
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
      const about = this.about(model);
      const file = opsFileFor(about, about === model ? draft.file : opsFileOf(about));
      await writeEntry(file, entry as unknown as OpsEntry);
      this.models.reload(model);
      void this.report(model, draft.operator, file);
    } catch (error) {
      await showError(error, this.log, 'Define custom operator');
    } finally {
      held.dispose();
    }
  }

  /**
   * Defines an operator for a function or class of the user's own that a capture saw called; whether the user chose one. The
   * next capture records its calls as one node each.
   */
  async defineCandidate(source: vscode.Uri, candidates: readonly OperatorCandidate[]): Promise<boolean> {
    const candidate = await askCandidate(candidates);
    if (!candidate) return false;
    const { entry } = draftCandidateEntry(candidate);
    const file = opsFileFor(source, opsFileOf(source));
    await writeEntry(file, entry);
    const text = `${candidate.python} is a custom operator now (${path.posix.basename(file.path)}).`;
    void vscode.window.showInformationMessage(text, OPEN_FILE).then((chosen) => {
      if (chosen === OPEN_FILE) void vscode.window.showTextDocument(file);
    });
    return true;
  }

  /** Writes the beginning of an entry for the class of a pickled module, and shows it: what it computes, the user knows. */
  async addForward(model: vscode.Uri, problem: PlacedProblem): Promise<void> {
    const { operator: type = '', fits } = problem.details;
    const held = this.models.hold(model);
    try {
      const about = this.about(model);
      const file = opsFileFor(about, opsFileOf(about));
      const entry = { class: type, forward: ['def forward(self, x):', '    return x'], ...(fits && { fits }) };
      const before = await fileText(file);
      const text = withModule(before, entry) ?? before;
      await writeText(file, text);
      const at = positionOf(new DocumentText(text).positionAt(Math.max(text.indexOf(`"${type}"`), 0)));
      await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
    } catch (error) {
      await showError(error, this.log, 'Add forward');
    } finally {
      held.dispose();
    }
  }

  /** The file that the user knows: that of the program, where the model was captured from one. */
  private about(model: vscode.Uri): vscode.Uri {
    const captured = this.readings.programOf(model);
    return captured ? vscode.Uri.file(captured.program) : model;
  }

  private async report(model: vscode.Uri, operator: string, file: vscode.Uri): Promise<void> {
    const text = `${operator} is a custom operator now (${path.posix.basename(file.path)}).`;
    const chosen = await vscode.window.showInformationMessage(text, CONVERT_AGAIN, OPEN_FILE);
    if (chosen === OPEN_FILE) await vscode.window.showTextDocument(file);
    if (chosen === CONVERT_AGAIN) await vscode.commands.executeCommand('graphwright.convert', model);
  }
}

/** The file that governs what lies there, or would. */
function opsFileOf(uri: vscode.Uri): string {
  return findOpsFile(uri.fsPath) ?? vscode.Uri.joinPath(uri, '..', OPS_FILE).fsPath;
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
async function writeEntry(file: vscode.Uri, entry: OpsEntry): Promise<void> {
  await writeText(file, withEntry(await fileText(file), entry));
}

/** Which function or class the operator stands for: the one around the place, where there is no choice. */
async function askCandidate(candidates: readonly OperatorCandidate[]): Promise<OperatorCandidate | undefined> {
  const [only] = candidates;
  if (candidates.length < 2) return only;
  const items = candidates.map((candidate) => ({
    label: `$(${candidate.kind === 'module' ? 'symbol-class' : 'symbol-function'}) ${candidate.python}`,
    description: callText(candidate),
    candidate,
  }));
  const placeholder =
    'Choose what becomes one operator: calls of it are recorded, and what it does within is left to your runtime';
  const chosen = await choose({ title: 'Define Custom Operator', placeholder }, items);
  return typeof chosen === 'object' ? chosen.candidate : undefined;
}

/** `(x: float32[1,8]) → float32[1,8]`. */
function callText({ inputs, outputs }: OperatorCandidate): string {
  const taken = inputs.map(({ name, dtype, shape }) => `${name}: ${dtype}[${shape.join(',')}]`);
  const given = outputs.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`);
  return `(${taken.join(', ')}) → ${given.join(', ')}`;
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
