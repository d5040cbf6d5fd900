/** *Capture Model…* over each nn.Module class of a Python file. Nothing is run to find them. */
import * as vscode from 'vscode';
import { moduleClasses } from '../../core/language/python/module-classes.ts';

const WHERE: vscode.DocumentSelector = { language: 'python', scheme: 'file' };
const SETTING = 'captureLens';
/** A file of generated code is not read at every key. */
const LONGEST = 1_000_000;

export function registerLenses(): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses(document) {
      const wanted = vscode.workspace.getConfiguration('graphwright', document.uri).get<boolean>(SETTING, true);
      const text = document.getText();
      if (!wanted || !vscode.workspace.isTrusted || text.length > LONGEST) return [];
      return moduleClasses(text).map(({ name, line }) => {
        const title = 'Capture Model…';
        const tooltip = `Run this file with Python, and convert ${name}`;
        const command = { command: 'graphwright.capture', title, tooltip, arguments: [document.uri, name] };
        return new vscode.CodeLens(document.lineAt(line).range, command);
      });
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(WHERE, provider),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`graphwright.${SETTING}`)) changed.fire();
    }),
  );
}
