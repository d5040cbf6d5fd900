/** How a text looks: inferred types beside names, and colours by meaning. */
import * as vscode from 'vscode';
import { TOKEN_KINDS, TOKEN_MODIFIERS } from '../../shared/language.ts';
import { EDITED, type LanguageDocuments } from './documents.ts';
import { markdownOf, plainRange, positionOf } from './values.ts';

/** What themes colour each kind of token as; `package.json` has those that VS Code does not know. */
const TOKEN_TYPES: Readonly<Record<(typeof TOKEN_KINDS)[number], string>> = {
  operator: 'function',
  attribute: 'property',
  value: 'variable',
  initializer: 'enumMember',
  input: 'parameter',
  type: 'type',
  function: 'method',
  domain: 'namespace',
  key: 'keyword',
};

const LEGEND = new vscode.SemanticTokensLegend(
  TOKEN_KINDS.map((kind) => TOKEN_TYPES[kind]),
  [...TOKEN_MODIFIERS],
);

export function registerAppearance(documents: LanguageDocuments): vscode.Disposable {
  const inlays: vscode.InlayHintsProvider = {
    onDidChangeInlayHints: documents.onDidReadAgain,
    async provideInlayHints(document, range, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.inlays(id, plainRange(range), watch),
      );
      return found?.map(({ position, text, markdown }) => {
        const hint = new vscode.InlayHint(positionOf(position), text, vscode.InlayHintKind.Type);
        hint.paddingLeft = !text.startsWith(':');
        if (markdown !== undefined) hint.tooltip = markdownOf(markdown);
        return hint;
      });
    },
  };
  const tokens = async (
    document: vscode.TextDocument,
    range: vscode.Range | undefined,
    token: vscode.CancellationToken,
  ) => {
    const found = await documents.look(document, token, (calls, id, watch) =>
      calls.semanticTokens(id, range && plainRange(range), watch),
    );
    return found && new vscode.SemanticTokens(Uint32Array.from(found));
  };
  const colours: vscode.DocumentSemanticTokensProvider & vscode.DocumentRangeSemanticTokensProvider = {
    provideDocumentSemanticTokens: (document, token) => tokens(document, undefined, token),
    provideDocumentRangeSemanticTokens: (document, range, token) => tokens(document, range, token),
  };
  return vscode.Disposable.from(
    vscode.languages.registerInlayHintsProvider(EDITED, inlays),
    vscode.languages.registerDocumentSemanticTokensProvider(EDITED, colours, LEGEND),
    vscode.languages.registerDocumentRangeSemanticTokensProvider(EDITED, colours, LEGEND),
  );
}
