import { outcomes } from '../running';
import type { ResultRow, WhyStep } from '../types';
import { Reading } from './reading.svelte';

const EVERY = 5_000;

/** An event's results as officials see them, and why one of them is what it is. */
export class ResultsView {
  readonly results;
  readonly id: string;
  asked = $state.raw<ResultRow | null>(null);
  steps = $state.raw<readonly WhyStep[] | null>(null);
  whyProblem = $state.raw<unknown>(null);

  constructor(event: string) {
    this.id = event;
    this.results = new Reading(() => outcomes.results(event));
  }

  /** Look now, and again while marking runs and the page is seen. */
  follow(): () => void {
    const look = (): void => {
      const state = this.results.value?.head.state;
      if (document.visibilityState === 'hidden' || state === 'official') return;
      void this.results.load();
    };
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }

  async why(row: ResultRow): Promise<void> {
    this.asked = row;
    this.steps = null;
    this.whyProblem = null;
    try {
      const steps = await outcomes.why(this.id, row.entry);
      if (this.asked === row) this.steps = steps;
    } catch (broken) {
      if (this.asked === row) this.whyProblem = broken;
    }
  }

  forget(): void {
    this.asked = null;
  }
}
