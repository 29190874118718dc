import { matrixOf, type Matrix } from '../sheet';
import { sessions } from '../running';
import type { SheetMark } from '../types';
import { Reading } from './reading.svelte';

/** Between two looks; a look that takes long is followed by a longer pause, so that officials never slow seats down. */
const EVERY = 3_000;
const SLOWER = 8;

/** One running session as officials follow it: its gates, its marks, what is missing, what waits. */
export class SessionView {
  readonly session;
  readonly sheet;
  /** Where judges differ by more than the scheme allows. */
  readonly remarks;
  /** Seconds until the next look; said on the page. */
  seconds = $state(EVERY / 1000);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run = 0;

  constructor(id: string) {
    this.session = new Reading(() => sessions.one(id));
    this.sheet = new Reading(() => sessions.marks(id));
    this.remarks = new Reading(() => sessions.remarks(id));
  }

  /** Look now, and then again and again while the page is seen. */
  follow(withMarks: boolean): () => void {
    const look = async (): Promise<void> => {
      clearTimeout(this.#timer);
      const run = ++this.#run;
      const began = Date.now();
      if (document.visibilityState !== 'hidden') {
        await Promise.all([this.session.load(), withMarks ? this.sheet.load() : undefined, withMarks ? this.remarks.load() : undefined]);
      }
      const pause = Math.max(EVERY, SLOWER * (Date.now() - began));
      this.seconds = Math.round(pause / 1000);
      if (run === this.#run) this.#timer = setTimeout(() => void look(), pause);
    };
    const seen = (): void => void (document.visibilityState === 'visible' && look());
    void look();
    document.addEventListener('visibilitychange', seen);
    return () => {
      this.#run += 1;
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }

  async look(): Promise<void> {
    await Promise.all([this.session.load(), this.sheet.load(), this.remarks.load()]);
  }

  readonly state = $derived.by(() => this.session.value?.gates.state ?? 'planned');
  readonly matrix = $derived.by((): Matrix | null => (this.sheet.value ? matrixOf(this.sheet.value) : null));
  readonly pending = $derived.by((): SheetMark[] =>
    (this.sheet.value?.marks ?? []).filter((mark) => mark.standing === 'pending'),
  );
  /** The last look failed: what is shown is old. */
  readonly stale = $derived.by(() => Boolean(this.session.value && (this.session.problem ?? this.sheet.problem)));
}
