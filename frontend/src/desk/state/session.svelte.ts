import { matrixOf, type Matrix } from '../sheet';
import { sessions } from '../running';
import type { SheetMark } from '../types';
import { Reading } from './reading.svelte';

const EVERY = 3_000;

/** One running session as officials follow it: its gates, its marks, what is missing, what waits. */
export class SessionView {
  readonly session;
  readonly sheet;
  /** Seconds between two looks; said on the page. */
  readonly seconds = EVERY / 1000;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(id: string) {
    this.session = new Reading(() => sessions.one(id));
    this.sheet = new Reading(() => sessions.marks(id));
  }

  /** Look now, and then again and again while the page is seen. */
  follow(withMarks: boolean): () => void {
    const look = (): void => {
      if (document.visibilityState === 'hidden') return;
      void this.session.load();
      if (withMarks) void this.sheet.load();
    };
    look();
    this.#timer = setInterval(look, EVERY);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(this.#timer);
      document.removeEventListener('visibilitychange', look);
    };
  }

  async look(): Promise<void> {
    await Promise.all([this.session.load(), this.sheet.load()]);
  }

  readonly state = $derived.by(() => this.session.value?.gates.state ?? 'planned');
  readonly matrix = $derived.by((): Matrix | null => (this.sheet.value ? matrixOf(this.sheet.value) : null));
  readonly pending = $derived.by((): SheetMark[] =>
    (this.sheet.value?.marks ?? []).filter((mark) => mark.standing === 'pending'),
  );
  /** The last look failed: what is shown is old. */
  readonly stale = $derived.by(() => Boolean(this.session.value && (this.session.problem ?? this.sheet.problem)));
}
