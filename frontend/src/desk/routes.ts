/** The desk's addresses: everything after `#` names one page; nothing else decides what is shown. */

export const CONTEST_PAGES = [
  'overview',
  'competitors',
  'import',
  'teams',
  'people',
  'devices',
  'consents',
  'ledger',
] as const;
export const EVENT_PAGES = [
  'sessions',
  'entries',
  'scheme',
  'panels',
  'results',
  'settings',
] as const;

export type ContestPage = (typeof CONTEST_PAGES)[number];
export type EventPage = (typeof EVENT_PAGES)[number];

export type Route =
  | { at: 'contests' }
  | { at: 'seasons' }
  | { at: 'organisations' }
  | { at: 'accounts' }
  | { at: 'contest'; contest: string; page: ContestPage }
  | { at: 'event'; contest: string; event: string; page: EventPage }
  | { at: 'session'; contest: string; event: string; session: string };

/** Read an address; what it does not know leads home. */
export function readRoute(hash: string): Route {
  const [head, contest, next, event, page, session] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .map(decodeURIComponent);
  if (head === 'seasons' || head === 'organisations' || head === 'accounts') return { at: head };
  if (head !== 'contests' || !contest) return { at: 'contests' };
  if (next !== 'events') {
    const found = CONTEST_PAGES.find((name) => name === next);
    return { at: 'contest', contest, page: found ?? 'overview' };
  }
  if (!event) return { at: 'contest', contest, page: 'overview' };
  if (page === 'sessions' && session) return { at: 'session', contest, event, session };
  const found = EVENT_PAGES.find((name) => name === page);
  return { at: 'event', contest, event, page: found ?? 'sessions' };
}

/** Write the address of a page. */
export function address(route: Route): string {
  switch (route.at) {
    case 'contests':
      return '#/';
    case 'seasons':
    case 'organisations':
    case 'accounts':
      return `#/${route.at}`;
    case 'contest':
      return route.page === 'overview'
        ? `#/contests/${route.contest}`
        : `#/contests/${route.contest}/${route.page}`;
    case 'event':
      return `#/contests/${route.contest}/events/${route.event}/${route.page}`;
    case 'session':
      return `#/contests/${route.contest}/events/${route.event}/sessions/${route.session}`;
  }
}
