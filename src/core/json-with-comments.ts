/** JSON with comments, in which users write files for Graphwright. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { InputError } from './ir/errors.ts';

/** What jsonc-parser's names of faults mean; a name that is none of these stands for itself. */
const FAULTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that means nothing here',
  InvalidNumberFormat: 'a number that is none',
  PropertyNameExpected: 'expected a name in quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected :',
  CommaExpected: 'expected ,',
  CloseBraceExpected: 'expected }',
  CloseBracketExpected: 'expected ]',
  EndOfFileExpected: 'expected nothing more',
  InvalidCommentToken: 'a / alone',
  UnexpectedEndOfComment: 'a comment that does not end',
  UnexpectedEndOfString: 'a string that does not end',
  UnexpectedEndOfNumber: 'a number that does not end',
  InvalidUnicode: 'a \\u without four hexadecimal digits',
  InvalidEscapeCharacter: 'an escape that means nothing',
  InvalidCharacter: 'a character that no string may have',
};

/** The outermost value of a text; commas behind the last are taken. Throws InputError `syntax-error` with the place. */
export function parseJsonWithComments(text: string, file: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (!first && root) return root;
  const name = root && first ? printParseErrorCode(first.error) : undefined;
  const reason = name === undefined ? 'it is empty' : (FAULTS[name] ?? name);
  throw new InputError(
    'syntax-error',
    `this is not JSON with comments: ${reason}`,
    placeInText(text, file, first?.offset ?? 0),
  );
}

/** A place in a text by line and column, counted from 1. */
export function placeInText(text: string, file: string, offset: number) {
  const column = offset - text.lastIndexOf('\n', offset - 1);
  return { file, line: lineAt(text, offset), column };
}

/** The line of a place in a text, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
