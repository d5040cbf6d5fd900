/** The engine's copies of edited texts: kept in step by changes, and opened again in an engine that was restarted. */
import { CancelledError } from '../../core/ir/errors.ts';
import { EngineError } from '../../service/failure.ts';
import type { DocumentId, LanguageCalls, TextEdit, TextLanguage } from '../../shared/language.ts';

/** A text as its editor has it now. */
export interface EditedText {
  readonly id: DocumentId;
  /** The file on disk: the text itself, or the binary that it was made from. */
  readonly path: string;
  readonly language?: TextLanguage;
  /** Of a Caffe network: the dialect that the user has chosen. */
  readonly dialect?: string | undefined;
  readonly version: number;
  getText(): string;
}

/** The calls, and the process that answers them now. */
export type LanguageEngine = LanguageCalls & { readonly pid: number | undefined };

interface Followed {
  readonly text: EditedText;
  /** The process that has the text, as far as `waiting`. */
  process: number | undefined;
  waiting: TextEdit[];
  /** Ends when the engine has what was there when it began. */
  bringing: Promise<void>;
}

export class DocumentSync {
  private readonly followed = new Map<DocumentId, Followed>();

  constructor(private readonly engine: LanguageEngine) {}

  /** Follows a text from now on. It is sent with the first question about it. */
  follow(text: EditedText): void {
    this.leave(text.id);
    this.followed.set(text.id, { text, process: undefined, waiting: [], bringing: Promise.resolve() });
  }

  /** Sends a text as a whole once more: what is known beside it has changed. */
  restart(id: DocumentId): void {
    const known = this.followed.get(id);
    if (known) this.follow(known.text);
  }

  follows(id: DocumentId): boolean {
    return this.followed.has(id);
  }

  /** Notes what happened to a text, in the order in which it is to be applied. */
  changed(id: DocumentId, changes: readonly TextEdit[]): void {
    this.followed.get(id)?.waiting.push(...changes);
  }

  leave(id: DocumentId): void {
    const known = this.followed.get(id);
    this.followed.delete(id);
    if (known?.process !== undefined && known.process === this.engine.pid)
      this.engine.closeDocument(id).catch(() => undefined);
  }

  /** Asks about a text when the engine has all of it; undefined where it is not followed. */
  async ask<T>(id: DocumentId, question: (engine: LanguageCalls) => Promise<T>): Promise<T | undefined> {
    const known = this.followed.get(id);
    if (!known) return undefined;
    await this.bring(known);
    try {
      return await question(this.engine);
    } catch (error) {
      // The process may have been changed for another under the question; one that ended over it is not asked again.
      const lost = error instanceof EngineError && error.failure.kind === 'lost';
      if (lost || error instanceof CancelledError || known.process === this.engine.pid) throw error;
      await this.bring(known);
      return question(this.engine);
    }
  }

  private bring(known: Followed): Promise<void> {
    const before = known.bringing.catch(() => undefined);
    known.bringing = before.then(() => this.send(known));
    return known.bringing;
  }

  private async send(known: Followed): Promise<void> {
    const { text, waiting, process } = known;
    const there = process !== undefined && process === this.engine.pid;
    if (there && waiting.length === 0) return;
    known.waiting = [];
    const { id, path, version, language, dialect } = text;
    const further = { ...(language && { language }), ...(dialect !== undefined && { dialect }) };
    try {
      const sending = there
        ? this.engine.changeDocument(id, waiting, version)
        : this.engine.openDocument(id, { text: text.getText(), path, ...further }, version);
      // The call may just have started it.
      known.process = this.engine.pid;
      await sending;
    } catch (error) {
      known.process = undefined;
      throw error;
    }
  }
}
