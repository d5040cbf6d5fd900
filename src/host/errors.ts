/** Errors as words with a next step and buttons. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { CancelledError, InputError } from '../core/ir/errors.ts';
import { EngineError } from '../service/failure.ts';
import type { Log } from './log.ts';

const SHOW_LOG = 'Show Log';
const OPEN_FILE = 'Open File';
const COPY = 'Copy Commands';
const COPY_REPORT = 'Copy Report';
const COPY_SCRIPT = 'Copy Export Script';
const CAPTURE = 'Capture with Python…';
/** Files of PyTorch that hold no program: the user's own Python has it. */
const NEEDS_PYTHON: ReadonlySet<string> = new Set(['weights-only', 'no-program']);

/** Tells the user what went wrong; nothing where they stopped it themselves. */
export async function showError(error: unknown, log: Log, doing: string): Promise<void> {
  if (error instanceof CancelledError || error instanceof vscode.CancellationError) return;
  log.error(`${doing}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  if (error instanceof InputError) return showInputError(error, log, doing);
  const lost = error instanceof EngineError && error.failure.kind === 'lost';
  const message = error instanceof Error ? error.message : String(error);
  const text = lost ? `${doing}: ${message}` : `${doing}: Graphwright has a fault: ${message}`;
  const chosen = await vscode.window.showErrorMessage(text, SHOW_LOG, ...(lost ? [] : [COPY_REPORT]));
  if (chosen === SHOW_LOG) log.show();
  if (chosen === COPY_REPORT) await vscode.env.clipboard.writeText(reportOf(error, doing));
}

async function showInputError(error: InputError, log: Log, doing: string): Promise<void> {
  const { next = '' } = error;
  // A next step of several lines holds commands to run: a notification shows one line, so they are offered to copy.
  const commands = next.includes('\n');
  const step = commands ? next.split('\n')[0] : next;
  const { place } = error;
  const model = NEEDS_PYTHON.has(error.code) ? place?.file : undefined;
  // A place with a line is in a text that the user can mend; other places are in the model that is being talked of.
  const text = place?.line === undefined ? undefined : place;
  const where = text ? `${path.basename(text.file)}:${text.line}: ` : '';
  // Where buttons are the next step, it need not be said.
  const message = `${doing}: ${where}${sentence(error.message)} ${model === undefined ? step : ''}`.trim();
  const copy = model === undefined ? COPY : COPY_SCRIPT;
  const buttons = [
    ...(text ? [OPEN_FILE] : []),
    ...(model === undefined ? [] : [CAPTURE]),
    ...(commands ? [copy] : []),
    SHOW_LOG,
  ];
  const chosen = await vscode.window.showErrorMessage(message, ...buttons);
  if (chosen === OPEN_FILE && text) {
    const selection = new vscode.Range((text.line ?? 1) - 1, 0, (text.line ?? 1) - 1, 0);
    await vscode.window.showTextDocument(vscode.Uri.file(text.file), { selection });
  }
  if (chosen === copy) await vscode.env.clipboard.writeText(next.slice(next.indexOf('\n') + 1).trimStart());
  if (chosen === CAPTURE && model !== undefined)
    await vscode.commands.executeCommand('graphwright.capture', vscode.Uri.file(model), undefined, error.code);
  if (chosen === SHOW_LOG) log.show();
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What we need to know about a fault of ours; nothing of the model but what the message says. */
function reportOf(error: unknown, doing: string): string {
  const stack = error instanceof EngineError && error.failure.kind === 'fault' ? error.failure.stack : undefined;
  const text = stack ?? (error instanceof Error ? error.stack : String(error));
  return [
    `${doing}`,
    `VS Code ${vscode.version}, ${process.platform} ${process.arch}, Node ${process.version}`,
    text,
  ].join('\n');
}
