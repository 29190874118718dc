import { address, readRoute, type Route } from '../routes';

/** Where the desk is. The address bar is the only memory of it, so that back, reload and links work. */
export class Address {
  #hash = $state(location.hash);
  readonly route = $derived(readRoute(this.#hash));

  constructor() {
    addEventListener('hashchange', () => (this.#hash = location.hash));
  }

  go(route: Route): void {
    location.hash = address(route);
    this.#hash = location.hash;
  }
}
