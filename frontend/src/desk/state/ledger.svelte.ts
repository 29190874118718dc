import { contests } from '../calls';
import type { Fact } from '../types';
import { Attempt } from './attempt.svelte';

/** The contest's facts from a number on, read in lengths as one scrolls down. */
export class LedgerView {
  facts = $state.raw<readonly Fact[] | null>(null);
  /** The last reading was shorter than asked for: there is nothing after it yet. */
  ended = $state(false);
  readonly attempt = new Attempt();
  readonly #contest: string;
  readonly #length: number;
  #after = 0;

  constructor(contest: string, length = 200) {
    this.#contest = contest;
    this.#length = length;
  }

  /** Begin anew with the fact of that number. */
  async from(seq: number): Promise<void> {
    this.#after = Math.max(0, seq - 1);
    this.facts = null;
    this.ended = false;
    await this.more();
  }

  async more(): Promise<void> {
    await this.attempt.run(async () => {
      const read = await contests.facts(this.#contest, this.#after, this.#length);
      this.facts = [...(this.facts ?? []), ...read];
      this.#after = read[read.length - 1]?.seq ?? this.#after;
      this.ended = read.length < this.#length;
    });
  }
}
