/** A server in this process: answers by method and path, remembers what it was asked. */
import { afterEach, beforeEach, vi } from 'vitest';

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

type Answer = (asked: Asked) => unknown;

/** What a route answers with when it refuses. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly params: Record<string, string | number> = {},
  ) {}
}

/** A server that answers nothing: the network is cut. */
export const CUT = Symbol('cut');

export class FakeServer {
  readonly asked: Asked[] = [];
  readonly #routes = new Map<string, Answer>();

  on(method: string, path: string, answer: Answer): this {
    this.#routes.set(`${method} ${path}`, answer);
    return this;
  }

  async fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const [path = ''] = address.replace(/^\/api/, '').split('?');
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    const asked = { method, path, body };
    this.asked.push(asked);
    const route = this.#routes.get(`${method} ${path}`);
    if (!route) throw new Error(`nobody answers ${method} ${path}`);
    const told = await route(asked);
    if (told === CUT) throw new TypeError('failed to fetch');
    if (told instanceof Refusal) {
      const problem = { code: told.code, status: told.status, params: told.params, detail: told.code };
      return new Response(JSON.stringify(problem), { status: told.status });
    }
    return told === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(told), { status: 200 });
  }
}

/** A new server for every test, in the place of the browser's `fetch`. */
export function withServer(): { readonly current: FakeServer } {
  const held = { current: new FakeServer() };
  beforeEach(() => {
    held.current = new FakeServer();
    vi.stubGlobal('fetch', (address: string, init?: RequestInit) => held.current.fetch(address, init));
  });
  afterEach(() => vi.unstubAllGlobals());
  return held;
}

/** A promise that is kept when the test says so. */
export function later<T>(): { promise: Promise<T>; keep: (value: T) => void } {
  let keep: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (keep = resolve));
  return { promise, keep };
}
