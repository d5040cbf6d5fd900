/** The extension's log: one channel for the host and for what the engine's process says. */
import * as vscode from 'vscode';

export type Log = vscode.LogOutputChannel;

export function createLog(): Log {
  return vscode.window.createOutputChannel('Graphwright', { log: true });
}
