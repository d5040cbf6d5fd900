/** Names and where they lead: definition, references, highlights and rename. */
import * as vscode from 'vscode';
import { InputError } from '../../core/ir/errors.ts';
import type { Highlight } from '../../shared/language.ts';
import { EDITED, type LanguageDocuments } from './documents.ts';
import { editsOf, plainPosition, rangeOf } from './values.ts';

export function registerNavigation(documents: LanguageDocuments): vscode.Disposable {
  const places = async (document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken) =>
    (await documents.look(document, token, (calls, id, watch) =>
      calls.references(id, plainPosition(position), watch),
    )) ?? [];
  const definition: vscode.DefinitionProvider = {
    async provideDefinition(document, position, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.definition(id, plainPosition(position), watch),
      );
      return found && new vscode.Location(document.uri, rangeOf(found));
    },
  };
  const references: vscode.ReferenceProvider = {
    async provideReferences(document, position, { includeDeclaration }, token) {
      const found = await places(document, position, token);
      return found
        .filter(({ kind }) => includeDeclaration || kind === 'read')
        .map(({ range }) => new vscode.Location(document.uri, rangeOf(range)));
    },
  };
  const highlights: vscode.DocumentHighlightProvider = {
    async provideDocumentHighlights(document, position, token) {
      return (await places(document, position, token)).map(highlightOf);
    },
  };
  const rename: vscode.RenameProvider = {
    async prepareRename(document, position, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.renameTarget(id, plainPosition(position), watch),
      );
      if (!found) throw new Error('There is no name here that can be changed.');
      const range = rangeOf(found);
      return { range, placeholder: unquoted(document.getText(range)) };
    },
    async provideRenameEdits(document, position, name) {
      const asking = documents.ask(document, (calls, id, watch) =>
        calls.rename(id, plainPosition(position), name, watch),
      );
      const edits = await asking.catch((error: unknown) => {
        // VS Code shows the message of what is thrown.
        throw error instanceof InputError ? new Error(error.message) : error;
      });
      const all = new vscode.WorkspaceEdit();
      if (edits) all.set(document.uri, editsOf(edits));
      return all;
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(EDITED, definition),
    vscode.languages.registerReferenceProvider(EDITED, references),
    vscode.languages.registerDocumentHighlightProvider(EDITED, highlights),
    vscode.languages.registerRenameProvider(EDITED, rename),
  );
}

function highlightOf({ range, kind }: Highlight): vscode.DocumentHighlight {
  const { Read, Write } = vscode.DocumentHighlightKind;
  return new vscode.DocumentHighlight(rangeOf(range), kind === 'read' ? Read : Write);
}

/** Names stand in quotes where they must; nobody wants to type those. */
function unquoted(text: string): string {
  const inside = /^"(.*)"$/s.exec(text)?.[1];
  return inside === undefined ? text : inside.replace(/\\(.)/g, '$1');
}
