/** What helps while one writes: hover, completion and signature help. */
import * as vscode from 'vscode';
import type { CompletionItem } from '../../shared/language.ts';
import { EDITED, type LanguageDocuments } from './documents.ts';
import { markdownOf, plainPosition, rangeOf } from './values.ts';

/** Begin or go on with a name, an attribute, a type or a string. */
const COMPLETES_AFTER = ['<', '(', ',', '=', ' ', '"', ':', '.', '[', '@'];
const SIGNATURE_AFTER = ['(', '<', ','];

const KINDS: Readonly<Record<CompletionItem['kind'], vscode.CompletionItemKind>> = {
  operator: vscode.CompletionItemKind.Function,
  attribute: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Variable,
  type: vscode.CompletionItemKind.TypeParameter,
  enum: vscode.CompletionItemKind.EnumMember,
  key: vscode.CompletionItemKind.Keyword,
  domain: vscode.CompletionItemKind.Module,
  function: vscode.CompletionItemKind.Method,
};

export function registerWriting(documents: LanguageDocuments): vscode.Disposable {
  const hover: vscode.HoverProvider = {
    async provideHover(document, position, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.hover(id, plainPosition(position), watch),
      );
      return found && new vscode.Hover(markdownOf(found.markdown), rangeOf(found.range));
    },
  };
  const completion: vscode.CompletionItemProvider = {
    async provideCompletionItems(document, position, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.complete(id, plainPosition(position), watch),
      );
      return found?.map(completionOf);
    },
  };
  const signature: vscode.SignatureHelpProvider = {
    async provideSignatureHelp(document, position, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.signature(id, plainPosition(position), watch),
      );
      if (!found) return undefined;
      const information = new vscode.SignatureInformation(found.label, markdownOf(found.markdown));
      information.parameters = found.parameters.map(
        ({ span: [start, end], markdown }) => new vscode.ParameterInformation([start, end], markdownOf(markdown)),
      );
      const help = new vscode.SignatureHelp();
      help.signatures = [information];
      help.activeParameter = found.active;
      return help;
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(EDITED, hover),
    vscode.languages.registerCompletionItemProvider(EDITED, completion, ...COMPLETES_AFTER),
    vscode.languages.registerSignatureHelpProvider(EDITED, signature, ...SIGNATURE_AFTER),
  );
}

export function completionOf({
  label,
  kind,
  detail,
  markdown,
  snippet,
  range,
  order,
}: CompletionItem): vscode.CompletionItem {
  const item = new vscode.CompletionItem({ label, ...(detail !== undefined && { description: detail }) }, KINDS[kind]);
  item.range = rangeOf(range);
  if (markdown !== undefined) item.documentation = markdownOf(markdown);
  if (snippet !== undefined) item.insertText = new vscode.SnippetString(snippet);
  if (order !== undefined) item.sortText = order;
  return item;
}
