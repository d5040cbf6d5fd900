/** Texts in files that an editor may have open, and that VS Code may be saving by itself at the same moment. */
import * as path from 'node:path';
import * as vscode from 'vscode';

/** So long a save that VS Code began itself may take. */
const OWN_SAVE_MS = 5000;

/** What stands in a file, or in the editor that has it open; nothing where there is no such file. */
export async function fileText(file: vscode.Uri): Promise<string> {
  const open = openAt(file);
  if (open) return open.getText();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return '';
    throw error;
  }
}

/** Puts a text into a file, through the editor where one has it open, so that it can be undone. */
export async function writeText(file: vscode.Uri, text: string): Promise<void> {
  const open = openAt(file);
  if (!open) return vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(file, new vscode.Range(0, 0, open.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  if (!(await saveDocument(open))) throw new Error(`${file.fsPath} could not be saved.`);
}

/** Asks about documents that are not saved, in a word for saving them and one for what is saved already. Whether to go on. */
export async function savedFirst(
  dirty: readonly vscode.TextDocument[],
  save: string,
  ...asSaved: readonly string[]
): Promise<boolean> {
  if (dirty.length === 0) return true;
  const names = dirty.map(({ uri }) => path.posix.basename(uri.path)).join(', ');
  const message = `${names}: there are changes that are not saved.`;
  const chosen = await vscode.window.showWarningMessage(message, { modal: true }, save, ...asSaved);
  if (chosen !== save) return chosen !== undefined;
  for (const document of dirty) if (!(await saveDocument(document))) return false;
  return true;
}

/** Whether the document was saved. Where one of VS Code's own saves comes in between, `save` gives false: its end is waited for. */
async function saveDocument(document: vscode.TextDocument): Promise<boolean> {
  if ((await document.save()) || !document.isDirty) return true;
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(late);
      listening.dispose();
      resolve(!document.isDirty);
    };
    const late = setTimeout(settle, OWN_SAVE_MS);
    const listening = vscode.workspace.onDidSaveTextDocument((saved) => saved === document && settle());
  });
}

/** The document where the user has it open. VS Code keeps others for a while, which may be behind the file. */
function openAt(file: vscode.Uri): vscode.TextDocument | undefined {
  const address = file.toString();
  const isShown = vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === address),
  );
  return vscode.workspace.textDocuments.find(({ uri, isDirty }) => uri.toString() === address && (isShown || isDirty));
}
