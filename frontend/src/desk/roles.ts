/**
 * Which buttons a person sees. The server decides; this table only keeps the desk from offering what it would
 * refuse. A test compares it with `contest/model/access.py`.
 */
import type { Act, Grant, Role } from './types';

export const ROLES: readonly Role[] = [
  'organiser',
  'chief_judge',
  'judge',
  'supervisor',
  'publisher',
  'auditor',
  'administrator',
];

export const ALLOWS: Readonly<Record<Role, readonly Act[]>> = {
  administrator: [
    'administer',
    'plan',
    'see_plan',
    'see_marks',
    'open_session',
    'lock_session',
    'reopen_session',
    'import_marks',
    'publish',
    'make_official',
    'export',
    'see_ledger',
  ],
  organiser: [
    'plan',
    'see_plan',
    'see_marks',
    'open_session',
    'lock_session',
    'import_marks',
    'publish',
    'make_official',
    'export',
  ],
  chief_judge: [
    'see_plan',
    'see_marks',
    'open_session',
    'lock_session',
    'confirm_session',
    'reopen_session',
    'rule_on_marks',
    'make_official',
    'export',
  ],
  judge: [],
  supervisor: ['see_plan', 'see_marks', 'reopen_session', 'see_ledger'],
  publisher: ['see_plan', 'publish', 'make_official', 'export'],
  auditor: ['see_plan', 'see_marks', 'see_ledger', 'export'],
};

/** Say whether any grant allows the act there; what names no event asks for a grant of the whole contest. */
export function may(
  grants: readonly Grant[],
  act: Act,
  contest: string | null = null,
  event: string | null = null,
): boolean {
  return grants.some(
    (grant) =>
      ALLOWS[grant.role].includes(act) &&
      (!grant.contest || grant.contest === contest) &&
      (!grant.event || grant.event === event),
  );
}

/** Say whether the act is allowed in the contest or in some event of it: enough to show a way in. */
export function mayAnywhere(grants: readonly Grant[], act: Act, contest: string): boolean {
  return grants.some(
    (grant) =>
      ALLOWS[grant.role].includes(act) && (!grant.contest || grant.contest === contest),
  );
}
