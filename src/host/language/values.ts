/** Positions, ranges, edits and Markdown: VS Code's for those of the engine, and back. */
import * as vscode from 'vscode';
import type { TextEdit, TextPosition, TextRange } from '../../shared/language.ts';

export function positionOf({ line, character }: TextPosition): vscode.Position {
  return new vscode.Position(line, character);
}

export function rangeOf({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

export function editsOf(edits: readonly TextEdit[]): vscode.TextEdit[] {
  return edits.map(({ range, text }) => new vscode.TextEdit(rangeOf(range), text));
}

/** Plain data: VS Code's own objects do not cross to another process. */
export function plainPosition({ line, character }: vscode.Position): TextPosition {
  return { line, character };
}

export function plainRange({ start, end }: vscode.Range): TextRange {
  return { start: plainPosition(start), end: plainPosition(end) };
}

export function plainChange({ range, text }: vscode.TextDocumentContentChangeEvent): TextEdit {
  return { range: plainRange(range), text };
}

export function markdownOf(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString(text);
}
