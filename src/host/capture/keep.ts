/** The capture itself as a result: what PyTorch recorded, as a file of PyTorch beside the program. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TargetRow } from '../../shared/conversion.ts';

const OPEN_GRAPH = 'Open Graph';
const REPLACE = 'Replace';

/** Stands among the targets. */
export const KEPT: TargetRow = {
  id: 'pytorch',
  title: 'PyTorch',
  description: 'what was captured, as it is: .pt2 of torch.export, or .pt of TorchScript',
};

/** Copies a capture to where the user looks for it; a file that is there is asked about. */
export async function keepCapture(file: string, output: string, title: string): Promise<void> {
  const made = vscode.Uri.file(`${output}${path.extname(file)}`);
  const name = path.basename(made.fsPath);
  const exists = await vscode.workspace.fs.stat(made).then(
    () => true,
    () => false,
  );
  if (exists) {
    const detail = 'Capturing again replaces it.';
    const chosen = await vscode.window.showWarningMessage(`${name} exists.`, { modal: true, detail }, REPLACE);
    if (chosen !== REPLACE) return;
  }
  await vscode.workspace.fs.copy(vscode.Uri.file(file), made, { overwrite: true });
  void vscode.window.showInformationMessage(`Captured ${title}: ${name}.`, OPEN_GRAPH).then((chosen) => {
    if (chosen === OPEN_GRAPH) void vscode.commands.executeCommand('graphwright.openGraph', made);
  });
}
