/** The words and the way of a next step: what the button says and where it leads. */
import type { Step } from './plan';
import type { Act } from './types';
import { address, type EventPage } from './routes';
import { t } from './words';

const PAGE: Readonly<Record<Step['step'], EventPage>> = {
  scheme: 'scheme',
  entries: 'entries',
  panels: 'panels',
  sessions: 'sessions',
  pairing: 'panels',
  open: 'sessions',
  pending: 'sessions',
  lock: 'sessions',
  confirm: 'sessions',
  publish: 'results',
  official: 'results',
};

/** What a person must be allowed to do, to do a step. */
export const ACT: Readonly<Record<Step['step'], Act>> = {
  scheme: 'plan',
  entries: 'plan',
  panels: 'plan',
  sessions: 'plan',
  pairing: 'plan',
  open: 'open_session',
  pending: 'rule_on_marks',
  lock: 'lock_session',
  confirm: 'confirm_session',
  publish: 'publish',
  official: 'make_official',
};

/** Say a step of an event as an act: «为“焊工”选评分标准». */
export function sayStep(step: Step, event: string): string {
  const session = step.session?.name ?? '';
  const n = step.count ?? 0;
  switch (step.step) {
    case 'scheme':
      return t('nextScheme', { event });
    case 'entries':
      return t('nextEntries', { event });
    case 'panels':
      return t('nextPanels', { event });
    case 'sessions':
      return t('nextSessions', { event });
    case 'pairing':
      return t('nextPairing', { event, n });
    case 'open':
      return t('nextOpen', { event, session });
    case 'pending':
      return t('nextPending', { event, n });
    case 'lock':
      return t('nextLock', { event, session });
    case 'confirm':
      return t('nextConfirm', { event, session });
    case 'publish':
      return t('nextPublish', { event });
    case 'official':
      return t('nextOfficial', { event });
  }
}

/** Where a step is done. */
export function wayOf(step: Step, contest: string, event: string): string {
  const running = step.step === 'open' || step.step === 'lock' || step.step === 'confirm';
  if (running && step.session) return address({ at: 'session', contest, event, session: step.session.id });
  return address({ at: 'event', contest, event, page: PAGE[step.step] });
}
