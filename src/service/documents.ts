/** The texts that are open in the editor, and what can be asked of them. */
import { existsSync } from 'node:fs';
import { detectFormat } from '../core/formats/detect.ts';
import { LONGEST_TEXT } from '../core/formats/onnxtxt/names.ts';
import { FileBytes } from '../core/ir/bytes.ts';
import { InputError } from '../core/ir/errors.ts';
import { EditedBinary } from '../core/language/binary.ts';
import { completionsAt } from '../core/language/completion.ts';
import { LanguageDocument } from '../core/language/document.ts';
import { fixesIn } from '../core/language/fixes.ts';
import { foldsOf } from '../core/language/folding.ts';
import { formatEdits } from '../core/language/format.ts';
import { hoverAt } from '../core/language/hover.ts';
import { inlaysIn } from '../core/language/inlays.ts';
import { definitionAt, referencesAt, renameAt, renameTargetAt } from '../core/language/navigation.ts';
import { nodeNameAt, rangeOfNamed } from '../core/language/node-places.ts';
import { outlineOf } from '../core/language/outline.ts';
import { problemsOf } from '../core/language/problems.ts';
import { selectionsAt } from '../core/language/selections.ts';
import { signatureAt } from '../core/language/signature.ts';
import { targetProblemsOf } from '../core/language/target-problems.ts';
import { tokensIn } from '../core/language/tokens.ts';
import { watched } from '../core/progress.ts';
import type { ArgumentsOf, ResultOf, TargetChoice, Watch } from '../shared/engine.ts';
import type { DocumentId, LanguageCalls, OpenedDocument, TextEdit, TextProblems } from '../shared/language.ts';
import { lookAtOps, testRules } from './ops-files.ts';

type Arguments<C extends keyof LanguageCalls> = ArgumentsOf<LanguageCalls, C>;
type Result<C extends keyof LanguageCalls> = ResultOf<LanguageCalls, C>;

/** So many binaries whose text nobody follows are kept, for the editor reads a text before it opens it. */
const MOST_UNFOLLOWED = 4;

export class Documents implements LanguageCalls {
  private readonly documents = new Map<DocumentId, LanguageDocument>();
  /** By path, least recently used first. */
  private readonly binaries = new Map<string, EditedBinary>();

  /** Calls arrive in order, and changes are applied before anything waits: so each finds the text as it is by then. */
  async openDocument(id: DocumentId, opened: OpenedDocument, version: number, watch?: Watch): Promise<void> {
    checkLength(opened.text.length, opened.path);
    const binary = isBinary(opened.path) ? this.binary(opened.path) : undefined;
    const document = new LanguageDocument(opened.text, version, { path: opened.path, store: binary?.store });
    this.documents.set(id, document);
    // In an engine that was restarted nobody has asked for the text yet: only then the store knows the constants.
    if (binary?.isEmpty) {
      await binary.text(progressOf(watch)).catch(() => undefined);
      document.restart();
    }
  }

  async changeDocument(id: DocumentId, changes: readonly TextEdit[], version: number): Promise<void> {
    const document = this.use(id);
    const grown = changes.reduce((length, { text }) => length + text.length, document.text.length);
    checkLength(grown, document.path);
    document.edit(changes, version);
  }

  async closeDocument(id: DocumentId): Promise<void> {
    this.documents.delete(id);
    this.trim();
  }

  async textProblems(id: DocumentId): Promise<TextProblems> {
    const document = this.use(id);
    return { version: document.version, problems: problemsOf(document) };
  }

  async targetProblems(id: DocumentId, target: TargetChoice, watch?: Watch): Promise<TextProblems> {
    const document = this.use(id);
    const { version } = document;
    return { version, problems: await targetProblemsOf(document, target, progressOf(watch)) };
  }

  async textFixes(...[id, range]: Arguments<'textFixes'>): Promise<Result<'textFixes'>> {
    return fixesIn(this.use(id), range);
  }

  async hover(...[id, position]: Arguments<'hover'>): Promise<Result<'hover'>> {
    return hoverAt(this.use(id), position);
  }

  async complete(...[id, position]: Arguments<'complete'>): Promise<Result<'complete'>> {
    return completionsAt(this.use(id), position);
  }

  async signature(...[id, position]: Arguments<'signature'>): Promise<Result<'signature'>> {
    return signatureAt(this.use(id), position);
  }

  async definition(...[id, position]: Arguments<'definition'>): Promise<Result<'definition'>> {
    return definitionAt(this.use(id), position);
  }

  async references(...[id, position]: Arguments<'references'>): Promise<Result<'references'>> {
    return referencesAt(this.use(id), position);
  }

  async renameTarget(...[id, position]: Arguments<'renameTarget'>): Promise<Result<'renameTarget'>> {
    return renameTargetAt(this.use(id), position);
  }

  async rename(...[id, position, name]: Arguments<'rename'>): Promise<Result<'rename'>> {
    return renameAt(this.use(id), position, name);
  }

  async outline(...[id]: Arguments<'outline'>): Promise<Result<'outline'>> {
    return outlineOf(this.use(id));
  }

  async folding(...[id]: Arguments<'folding'>): Promise<Result<'folding'>> {
    return foldsOf(this.use(id));
  }

  async selections(...[id, positions]: Arguments<'selections'>): Promise<Result<'selections'>> {
    const document = this.use(id);
    return positions.map((position) => selectionsAt(document, position));
  }

  async format(...[id, range]: Arguments<'format'>): Promise<Result<'format'>> {
    return formatEdits(this.use(id), range);
  }

  async inlays(...[id, range]: Arguments<'inlays'>): Promise<Result<'inlays'>> {
    return inlaysIn(this.use(id), range);
  }

  async semanticTokens(...[id, range]: Arguments<'semanticTokens'>): Promise<Result<'semanticTokens'>> {
    return tokensIn(this.use(id), range);
  }

  async opsFile(...[path, text]: Arguments<'opsFile'>): Promise<Result<'opsFile'>> {
    return lookAtOps(text, path);
  }

  async testRules(path: string, text: string, watch?: Watch): Promise<Result<'testRules'>> {
    return testRules(text, path, progressOf(watch));
  }

  async nodeAt(...[id, position]: Arguments<'nodeAt'>): Promise<Result<'nodeAt'>> {
    return nodeNameAt(this.use(id), position);
  }

  async rangeOfNode(...[id, node]: Arguments<'rangeOfNode'>): Promise<Result<'rangeOfNode'>> {
    return rangeOfNamed(this.use(id), node);
  }

  async binaryText(path: string, watch?: Watch): Promise<string> {
    const text = await this.binary(path).text(progressOf(watch));
    this.trim();
    return text;
  }

  async saveBinary(id: DocumentId, text: string, watch?: Watch): Promise<Result<'saveBinary'>> {
    const { path } = this.use(id);
    checkLength(text.length, path);
    return { size: await this.binary(path).save(text, progressOf(watch)) };
  }

  private use(id: DocumentId): LanguageDocument {
    const document = this.documents.get(id);
    if (document) return document;
    throw new InputError('document-unknown', `the engine does not follow the text ${id}`, undefined, 'Open it again.');
  }

  private binary(path: string): EditedBinary {
    const binary = this.binaries.get(path) ?? new EditedBinary(path);
    this.binaries.delete(path);
    this.binaries.set(path, binary);
    return binary;
  }

  /** Lets go of binaries whose text nobody follows, but for the last few. */
  private trim(): void {
    const followed = new Set([...this.documents.values()].map((document) => document.path));
    const others = [...this.binaries].filter(([path]) => !followed.has(path));
    for (const [path, binary] of others.slice(0, Math.max(0, others.length - MOST_UNFOLLOWED))) {
      binary.close();
      this.binaries.delete(path);
    }
  }
}

/** Whether a path is that of a binary ONNX model, whose text the editor has. */
function isBinary(path: string): boolean {
  if (!existsSync(path)) return false;
  const file = new FileBytes(path);
  try {
    return detectFormat(file) === 'onnx';
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  } finally {
    file.close();
  }
}

function checkLength(length: number, path: string): void {
  if (length <= LONGEST_TEXT) return;
  const message = `the text has ${length} characters, and ${LONGEST_TEXT} is the most that is parsed`;
  throw new InputError('file-too-large', message, { file: path }, 'Keep large constants out of the text.');
}

function progressOf(watch: Watch | undefined) {
  return watched(watch?.report ?? (() => {}), watch?.signal);
}
