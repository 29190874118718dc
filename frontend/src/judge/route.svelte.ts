/** Where the judge is. It stands in the address, so that «back» and a reload lead to the same place. */

export interface Route {
  readonly session: string;
  /** `entry`: one competitor with all aspects; `aspect`: one aspect of all competitors. */
  readonly by: 'entry' | 'aspect';
  readonly at: string;
}

function read(): Route {
  const found = new URLSearchParams(location.hash.slice(1));
  return {
    session: found.get('session') ?? '',
    by: found.get('by') === 'aspect' ? 'aspect' : 'entry',
    at: found.get('at') ?? '',
  };
}

let current = $state.raw<Route>(read());
addEventListener('popstate', () => (current = read()));

export function route(): Route {
  return current;
}

/** Goes somewhere; opening a session can be undone by «back», moving inside it replaces the place. */
export function go(to: Partial<Route>): void {
  const next = { ...current, ...to };
  const deeper = next.session !== '' && current.session === '';
  current = next;
  const hash = next.session ? `#${new URLSearchParams({ ...next }).toString()}` : '';
  const address = location.pathname + location.search + hash;
  if (deeper) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
