/**
 * Where captured programs lie: in the extension's own folder for the workspace, one for each class, until it is captured again.
 * The last few are kept, for conversions that are made again from them; the others go.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import * as path from 'node:path';

/** Archives are as large as their models. */
export const KEPT_CAPTURES = 5;

export class CapturedFiles {
  private readonly folder: string;

  /** @param isOpen whether an editor still shows something of a folder */
  constructor(
    storage: string,
    private readonly isOpen: (folder: string) => boolean,
  ) {
    this.folder = path.join(storage, 'captures');
  }

  /** A place for the archive of a program, without its ending; what was there before is gone. */
  async placeFor(source: string, name: string): Promise<string> {
    const key = createHash('sha256').update(`${source} ${name}`).digest('hex').slice(0, 12);
    const place = path.join(this.folder, key);
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    await this.clean();
    return path.join(place, name.replace(/[^\w.-]/g, '_'));
  }

  /** Deletes all but the last few captures and those that an editor shows. What cannot be deleted is left for the next time. */
  async clean(): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const place = path.join(this.folder, name);
        return {
          place,
          made: await stat(place).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        };
      }),
    );
    const old = found.sort((a, b) => b.made - a.made).slice(KEPT_CAPTURES);
    const closed = old.filter(({ place }) => !this.isOpen(place));
    await Promise.all(closed.map(({ place }) => rm(place, { recursive: true, force: true }).catch(() => undefined)));
  }
}
