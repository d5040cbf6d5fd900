/** Work that is wanted often and done seldom: after a pause, one at a time, and once more where it was wanted meanwhile. */
export class Pace {
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  /** The pause after which to begin again, where it was wanted while it ran. */
  private again: number | undefined;
  private disposed = false;

  /** `work` settles by itself: a running one is never stopped, for the engine ends where a stop is not heard. */
  constructor(private readonly work: () => Promise<void>) {}

  /** Does the work when nobody has wanted it again for so many milliseconds. */
  later(milliseconds: number): void {
    if (this.disposed) return;
    clearTimeout(this.timer);
    if (this.running) this.again = milliseconds;
    else this.timer = setTimeout(() => void this.run(), milliseconds);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.running = true;
    this.again = undefined;
    try {
      await this.work();
    } finally {
      this.running = false;
      if (this.again !== undefined) this.later(this.again);
    }
  }
}
