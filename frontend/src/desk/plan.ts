/** What is to be done next in an event, derived from what is there; nobody ticks anything off by hand. */
import type { Session } from './types';

/** What the checklist needs to know of one event. Null where it is not known (yet, or not to this person). */
export interface EventProgress {
  event: string;
  name: string;
  schemeVersion: number | null;
  entries: number | null;
  panels: number | null;
  seats: number;
  seatsPaired: number | null;
  sessions: readonly Session[] | null;
  pending: number;
  /** planned, started, ended, provisional or official. */
  results: string;
}

export type StepName =
  | 'scheme'
  | 'entries'
  | 'panels'
  | 'sessions'
  | 'pairing'
  | 'open'
  | 'pending'
  | 'lock'
  | 'confirm'
  | 'publish'
  | 'official';

export interface Step {
  step: StepName;
  session?: Session;
  count?: number;
}

/** The state of a session's line of gates. */
export function stateOf(session: Session): string {
  return session.gates.state;
}

/** The one next step of an event, or null when its results are official. */
export function nextStep(progress: EventProgress): Step | null {
  if (progress.results === 'official') return null;
  if (progress.results === 'provisional') return { step: 'official' };
  if (progress.schemeVersion === null || progress.schemeVersion === 0) return { step: 'scheme' };
  if (!progress.entries) return { step: 'entries' };
  if (!progress.panels) return { step: 'panels' };
  if (!progress.sessions?.length) return { step: 'sessions' };
  const open = progress.sessions.find((session) => stateOf(session) === 'opened');
  if (progress.pending > 0) return { step: 'pending', count: progress.pending };
  const locked = progress.sessions.find((session) => stateOf(session) === 'locked');
  if (locked) return { step: 'confirm', session: locked };
  if (open) return { step: 'lock', session: open };
  const planned = progress.sessions.find((session) => stateOf(session) === 'planned');
  if (!planned) return { step: 'publish' };
  const unpaired = progress.seats - (progress.seatsPaired ?? progress.seats);
  if (unpaired > 0) return { step: 'pairing', count: unpaired };
  return { step: 'open', session: planned };
}
