import { competitors } from '../calls';
import type { ImportOutcome } from '../types';
import { Attempt } from './attempt.svelte';

/** A spreadsheet on its way in: chosen, read as a trial, looked at, written. Nothing is written by the trial. */
export class ImportWay {
  file = $state.raw<File | null>(null);
  trial = $state.raw<ImportOutcome | null>(null);
  done = $state.raw<ImportOutcome | null>(null);
  readonly attempt = new Attempt();
  readonly #contest: string;

  constructor(contest: string) {
    this.#contest = contest;
  }

  readonly step = $derived.by((): 'choose' | 'reading' | 'wrong' | 'look' | 'writing' | 'done' => {
    if (this.done) return 'done';
    if (this.attempt.busy) return this.trial ? 'writing' : 'reading';
    if (!this.trial) return 'choose';
    return this.trial.errors.length ? 'wrong' : 'look';
  });

  /** Rows that an import would write. */
  readonly writes = $derived.by(() =>
    this.trial ? this.trial.added.length + this.trial.changed.length + this.trial.entered : 0,
  );

  async choose(file: File): Promise<void> {
    this.file = file;
    this.trial = this.done = null;
    await this.attempt.run(async () => {
      this.trial = await competitors.import(this.#contest, file, true);
    });
  }

  /** Write what was looked at; when the file meets new errors meanwhile, they are shown and nothing is written. */
  async write(): Promise<void> {
    const file = this.file;
    if (!file || !this.trial || this.trial.errors.length) return;
    await this.attempt.run(async () => {
      const outcome = await competitors.import(this.#contest, file, false);
      if (outcome.applied) this.done = outcome;
      else this.trial = outcome;
    });
  }

  again(): void {
    this.file = this.trial = this.done = null;
    this.attempt.clear();
  }
}
