/** The texts that are open in the editor, and what can be asked of them. */
import { existsSync } from 'node:fs';
import { detectFormat } from '../core/formats/detect.ts';
import { LONGEST_TEXT } from '../core/formats/onnxtxt/names.ts';
import { FileBytes } from '../core/ir/bytes.ts';
import { InputError } from '../core/ir/errors.ts';
import { EditedBinary } from '../core/language/binary.ts';
import { completionsInJson, hoverInJson } from '../core/language/rules/in-json.ts';
import { DocumentText } from '../core/language/text.ts';
import { watched } from '../core/progress.ts';
import type { ArgumentsOf, ResultOf, Watch } from '../shared/engine.ts';
import type {
  DocumentId,
  LanguageCalls,
  OpenedDocument,
  TextEdit,
  TextProblems,
  TextTarget,
} from '../shared/language.ts';
import type { EditedText } from './edited-text.ts';
import { onnxText } from './onnx-text.ts';
import { customOf, lookAtOps, testRules } from './ops-files.ts';
import { prototxt } from './prototxt.ts';

type Arguments<C extends keyof LanguageCalls> = ArgumentsOf<LanguageCalls, C>;
type Result<C extends keyof LanguageCalls> = ResultOf<LanguageCalls, C>;

/** So many binaries whose text nobody follows are kept, for the editor reads a text before it opens it. */
const MOST_UNFOLLOWED = 4;

export class Documents implements LanguageCalls {
  private readonly documents = new Map<DocumentId, EditedText>();
  /** By path, least recently used first. */
  private readonly binaries = new Map<string, EditedBinary>();

  /** Calls arrive in order, and changes are applied before anything waits: so each finds the text as it is by then. */
  async openDocument(id: DocumentId, opened: OpenedDocument, version: number, watch?: Watch): Promise<void> {
    checkLength(opened.text.length, opened.path);
    if (opened.language === 'caffe-prototxt') {
      this.documents.set(id, prototxt(opened.text, version, opened));
      return;
    }
    const binary = isBinary(opened.path) ? this.binary(opened.path) : undefined;
    const document = onnxText(opened.text, version, { path: opened.path, store: binary?.store });
    this.documents.set(id, document);
    // In an engine that was restarted nobody has asked for the text yet: only then the store knows the constants.
    if (binary?.isEmpty) {
      await binary.text(progressOf(watch)).catch(() => undefined);
      document.restart();
    }
  }

  async changeDocument(id: DocumentId, changes: readonly TextEdit[], version: number): Promise<void> {
    const document = this.use(id);
    const grown = changes.reduce((length, { text }) => length + text.length, document.length);
    checkLength(grown, document.path);
    document.edit(changes, version);
  }

  async closeDocument(id: DocumentId): Promise<void> {
    this.documents.delete(id);
    this.trim();
  }

  async textProblems(id: DocumentId): Promise<TextProblems> {
    const document = this.use(id);
    return { version: document.version, isModel: document.isModel, problems: document.problems() };
  }

  async targetProblems(id: DocumentId, target: TextTarget, watch?: Watch): Promise<TextProblems> {
    const document = this.use(id);
    const { version, isModel } = document;
    return { version, isModel, problems: await document.targetProblems(target, progressOf(watch)) };
  }

  async textFixes(...[id, range]: Arguments<'textFixes'>): Promise<Result<'textFixes'>> {
    return this.use(id).textFixes(range);
  }

  async hover(...[id, position]: Arguments<'hover'>): Promise<Result<'hover'>> {
    return this.use(id).hover(position);
  }

  async complete(...[id, position]: Arguments<'complete'>): Promise<Result<'complete'>> {
    return this.use(id).complete(position);
  }

  async signature(...[id, position]: Arguments<'signature'>): Promise<Result<'signature'>> {
    return this.use(id).signature(position);
  }

  async definition(...[id, position]: Arguments<'definition'>): Promise<Result<'definition'>> {
    return this.use(id).definition(position);
  }

  async references(...[id, position]: Arguments<'references'>): Promise<Result<'references'>> {
    return this.use(id).references(position);
  }

  async renameTarget(...[id, position]: Arguments<'renameTarget'>): Promise<Result<'renameTarget'>> {
    return this.use(id).renameTarget(position);
  }

  async rename(...[id, position, name]: Arguments<'rename'>): Promise<Result<'rename'>> {
    return this.use(id).rename(position, name);
  }

  async outline(...[id]: Arguments<'outline'>): Promise<Result<'outline'>> {
    return this.use(id).outline();
  }

  async folding(...[id]: Arguments<'folding'>): Promise<Result<'folding'>> {
    return this.use(id).folding();
  }

  async selections(...[id, positions]: Arguments<'selections'>): Promise<Result<'selections'>> {
    return this.use(id).selections(positions);
  }

  async format(...[id, range]: Arguments<'format'>): Promise<Result<'format'>> {
    return this.use(id).format(range);
  }

  async inlays(...[id, range]: Arguments<'inlays'>): Promise<Result<'inlays'>> {
    return this.use(id).inlays(range);
  }

  async semanticTokens(...[id, range]: Arguments<'semanticTokens'>): Promise<Result<'semanticTokens'>> {
    return this.use(id).semanticTokens(range);
  }

  async opsFile(...[path, text]: Arguments<'opsFile'>): Promise<Result<'opsFile'>> {
    return lookAtOps(text, path);
  }

  async opsComplete(...[path, text, position]: Arguments<'opsComplete'>): Promise<Result<'opsComplete'>> {
    return completionsInJson(new DocumentText(text), position, customOf(text, path));
  }

  async opsHover(...[path, text, position]: Arguments<'opsHover'>): Promise<Result<'opsHover'>> {
    return hoverInJson(new DocumentText(text), position, customOf(text, path));
  }

  async testRules(path: string, text: string, watch?: Watch): Promise<Result<'testRules'>> {
    return testRules(text, path, progressOf(watch));
  }

  async nodeAt(...[id, position]: Arguments<'nodeAt'>): Promise<Result<'nodeAt'>> {
    return this.use(id).nodeAt(position);
  }

  async rangeOfNode(...[id, node]: Arguments<'rangeOfNode'>): Promise<Result<'rangeOfNode'>> {
    return this.use(id).rangeOfNode(node);
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

  private use(id: DocumentId): EditedText {
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
