import { sayProblem, sentenceOf } from '$lib/errors';
import { printThousandths } from '$lib/numbers';
import { pastedLines, readMark } from '../numbers';
import { sessions } from '../running';
import { standing, WHOLE_PANEL } from '../sheet';
import { t } from '../words';
import type { AspectCard, DeskMark, SessionMarks, SheetEntry } from '../types';
import { Attempt } from './attempt.svelte';

const AT_ONCE = 500;

/** Numbers of marks made at this desk: made once, never again, above all that the book has seen of it. */
let lastSeq = 0;

/** The clock keeps two open pages of one person apart; the book's own next number holds when the clock is set back. */
function nextSeq(atLeast: number): number {
  lastSeq = Math.max(lastSeq + 1, atLeast, Date.now() * 1000 + Math.floor(Math.random() * 1000));
  return lastSeq;
}

function newMark(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface Slip {
  /** What stands in the field. */
  text: string;
  /** What is wrong with it, in words. */
  problem: string;
}

/** Marks from outside on their way in: fields are filled or pasted, read, and sent with keys made once. */
export class ImportedSheet {
  readonly attempt = new Attempt();
  reason = $state('');
  stored = $state(0);
  pending = $state(0);
  #typed = $state.raw<ReadonlyMap<string, Slip>>(new Map());
  #sheet = $state.raw<SessionMarks | null>(null);
  readonly #session: string;
  /** Keys of marks whose sending may have failed half-way; the same content keeps its key. */
  readonly #keys = new Map<string, { content: string; mark: string; device_seq: number }>();

  constructor(session: string) {
    this.#session = session;
  }

  show(sheet: SessionMarks): void {
    this.#sheet = sheet;
  }

  readonly #now = $derived.by(() => standing(this.#sheet?.marks ?? []));

  static key(entry: string, aspect: string): string {
    return `${entry} ${aspect}`;
  }

  /** What a field shows: what was typed, or what is stored. */
  slip(entry: string, aspect: AspectCard): Slip {
    const typed = this.#typed.get(ImportedSheet.key(entry, aspect.aspect));
    return typed ?? { text: this.storedText(entry, aspect), problem: '' };
  }

  storedText(entry: string, aspect: AspectCard): string {
    const mark = this.#now.get(`${entry} ${aspect.aspect} ${WHOLE_PANEL}`);
    return mark && mark.kind === 'entered' && mark.value !== null ? printThousandths(mark.value, 0) : '';
  }

  type(entry: string, aspect: AspectCard, text: string): void {
    const next = new Map(this.#typed);
    const key = ImportedSheet.key(entry, aspect.aspect);
    const same = text.trim() === this.storedText(entry, aspect);
    if (same || (text.trim() === '' && this.storedText(entry, aspect) === '')) next.delete(key);
    else next.set(key, { text, problem: problemIn(text, aspect) });
    this.#typed = next;
  }

  /** Paste a column, or several, from one field downwards; returns how many fields were filled. */
  paste(text: string, entries: readonly SheetEntry[], aspects: readonly AspectCard[], row: number, column: number): number {
    let filled = 0;
    pastedLines(text).forEach((cells, down) => {
      cells.forEach((cell, across) => {
        const entry = entries[row + down];
        const aspect = aspects[column + across];
        if (!entry || !aspect || cell === '') return;
        this.type(entry.entry, aspect, cell);
        filled += 1;
      });
    });
    return filled;
  }

  readonly changed = $derived.by(() => this.#typed.size);
  readonly wrong = $derived.by(() => [...this.#typed.values()].filter((slip) => slip.problem).length);
  /** A stored mark is about to be replaced: that needs a reason. */
  readonly replaces = $derived.by(() => [...this.#typed.keys()].some((key) => this.#now.has(`${key} ${WHOLE_PANEL}`)));

  async store(aspects: readonly AspectCard[]): Promise<void> {
    const marks = this.#marks(new Map(aspects.map((aspect) => [aspect.aspect, aspect])));
    this.stored = this.pending = 0;
    await this.attempt.run(async () => {
      for (let from = 0; from < marks.length; from += AT_ONCE) await this.#send(marks.slice(from, from + AT_ONCE));
      this.reason = '';
    });
  }

  #marks(aspects: ReadonlyMap<string, AspectCard>): DeskMark[] {
    return [...this.#typed].flatMap(([key, slip]): DeskMark[] => {
      const [entry = '', aspectId = ''] = key.split(' ');
      const aspect = aspects.get(aspectId);
      if (!aspect || slip.problem) return [];
      const read = readMark(slip.text, aspect);
      const kind = slip.text.trim() === '' ? 'erased' : 'entered';
      const value = kind === 'entered' && read.ok ? read.value : null;
      const replaces = this.#now.get(`${key} ${WHOLE_PANEL}`)?.mark ?? null;
      const content = JSON.stringify([kind, value, replaces, this.reason.trim()]);
      const before = this.#keys.get(key);
      const made = before?.content === content ? before : { content, mark: newMark(), device_seq: nextSeq(this.#sheet?.next_device_seq ?? 1) };
      this.#keys.set(key, made);
      return [
        { mark: made.mark, device_seq: made.device_seq, entry, aspect: aspectId, kind, value, replaces, reason: this.reason.trim() },
      ];
    });
  }

  async #send(marks: DeskMark[]): Promise<void> {
    const receipts = await sessions.enter(this.#session, marks);
    const byMark = new Map(marks.map((mark) => [mark.mark, mark]));
    const next = new Map(this.#typed);
    for (const receipt of receipts) {
      const mark = byMark.get(receipt.mark);
      if (!mark) continue;
      const key = ImportedSheet.key(mark.entry, mark.aspect);
      if (receipt.verdict === 'refused') {
        const slip = next.get(key);
        if (slip) next.set(key, { ...slip, problem: sentenceOf(receipt.because, receipt.params) || receipt.because });
        continue;
      }
      if (receipt.verdict === 'pending') this.pending += 1;
      else this.stored += 1;
      next.delete(key);
      this.#keys.delete(key);
    }
    this.#typed = next;
  }

  get problem(): string {
    return this.attempt.problem ? sayProblem(this.attempt.problem) : '';
  }
}

/** What is wrong with a typed mark, in words; an empty field takes a stored mark back. */
export function problemIn(text: string, aspect: AspectCard): string {
  if (text.trim() === '') return '';
  const read = readMark(text, aspect);
  if (read.ok) return '';
  if (read.why === 'not_a_number') return t('notANumber');
  if (read.why === 'too_fine') return t('tooFine', { step: printThousandths(aspect.step || 1, 0) });
  return t('outOfRange', {
    low: aspect.low === null ? '−∞' : printThousandths(aspect.low, 0),
    high: aspect.high === null ? '∞' : printThousandths(aspect.high, 0),
  });
}
