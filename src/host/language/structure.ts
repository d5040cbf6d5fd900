/** The shape of a text: outline, folding, selection ranges and formatting. */
import * as vscode from 'vscode';
import type { OutlineItem, TextRange } from '../../shared/language.ts';
import { EDITED, type LanguageDocuments } from './documents.ts';
import { editsOf, plainPosition, plainRange, rangeOf } from './values.ts';

const KINDS: Readonly<Record<OutlineItem['kind'], vscode.SymbolKind>> = {
  graph: vscode.SymbolKind.Module,
  function: vscode.SymbolKind.Function,
  node: vscode.SymbolKind.Operator,
  input: vscode.SymbolKind.Variable,
  output: vscode.SymbolKind.Event,
  initializer: vscode.SymbolKind.Constant,
};

export function registerStructure(documents: LanguageDocuments): vscode.Disposable {
  const symbols: vscode.DocumentSymbolProvider = {
    async provideDocumentSymbols(document, token) {
      const found = await documents.look(document, token, (calls, id, watch) => calls.outline(id, watch));
      return found?.map(symbolOf);
    },
  };
  const folding: vscode.FoldingRangeProvider = {
    async provideFoldingRanges(document, _context, token) {
      const found = await documents.look(document, token, (calls, id, watch) => calls.folding(id, watch));
      return found?.map(({ start, end }) => new vscode.FoldingRange(start, end));
    },
  };
  const selections: vscode.SelectionRangeProvider = {
    async provideSelectionRanges(document, positions, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.selections(id, positions.map(plainPosition), watch),
      );
      return found?.flatMap((ranges) => nested(ranges) ?? []);
    },
  };
  const format = async (
    document: vscode.TextDocument,
    range: vscode.Range | undefined,
    token: vscode.CancellationToken,
  ) => {
    const edits = await documents.look(document, token, (calls, id, watch) =>
      calls.format(id, range && plainRange(range), watch),
    );
    return edits && editsOf(edits);
  };
  const formatting: vscode.DocumentFormattingEditProvider & vscode.DocumentRangeFormattingEditProvider = {
    provideDocumentFormattingEdits: (document, _options, token) => format(document, undefined, token),
    provideDocumentRangeFormattingEdits: (document, range, _options, token) => format(document, range, token),
  };
  return vscode.Disposable.from(
    vscode.languages.registerDocumentSymbolProvider(EDITED, symbols, { label: 'Graphwright' }),
    vscode.languages.registerFoldingRangeProvider(EDITED, folding),
    vscode.languages.registerSelectionRangeProvider(EDITED, selections),
    vscode.languages.registerDocumentFormattingEditProvider(EDITED, formatting),
    vscode.languages.registerDocumentRangeFormattingEditProvider(EDITED, formatting),
  );
}

function symbolOf({ name, detail, kind, range, nameRange, children }: OutlineItem): vscode.DocumentSymbol {
  const whole = rangeOf(range);
  const own = rangeOf(nameRange);
  // VS Code refuses symbols without a name, and names outside their symbol.
  const selection = whole.contains(own) ? own : new vscode.Range(whole.start, whole.start);
  const symbol = new vscode.DocumentSymbol(name || '(no name)', detail, KINDS[kind], whole, selection);
  symbol.children = children.map(symbolOf);
  return symbol;
}

/** From the smallest range to the largest, each in the next one. */
function nested(ranges: readonly TextRange[]): vscode.SelectionRange | undefined {
  return ranges.reduceRight<vscode.SelectionRange | undefined>(
    (parent, range) => new vscode.SelectionRange(rangeOf(range), parent),
    undefined,
  );
}
