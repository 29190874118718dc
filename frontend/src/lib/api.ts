import { language } from './i18n.svelte';
import { common } from './words';

/** A broken rule as the server told it; `detail` is a sentence for people in the language of the request. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly params: Readonly<Record<string, string | number>>,
    readonly detail: string,
  ) {
    super(detail || code);
    this.name = 'Problem';
  }
}

/** Dispatched on `window` when a request was answered by 401: the page asks to sign in and keeps its work. */
export const SIGNED_OUT = 'jiangsai:signed-out';

/** The code of a Problem that never reached the server. */
export const NO_NETWORK = 'no_network';

interface Asking {
  /** Device token of a tablet; a signed-in person has a cookie instead. */
  token?: string;
  signal?: AbortSignal;
  query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
}

function address(path: string, query: Asking['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const tail = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `/api${path}${tail ? `?${tail}` : ''}`;
}

function headers(asking: Asking, json: boolean): Record<string, string> {
  return {
    Accept: 'application/json',
    'Accept-Language': language() === 'zh' ? 'zh-CN' : 'en',
    ...(json ? { 'Content-Type': 'application/json' } : {}),
    ...(asking.token ? { Authorization: `Bearer ${asking.token}` } : {}),
  };
}

async function problemOf(answer: Response): Promise<Problem> {
  const told: unknown = await answer.json().catch(() => null);
  if (told === null || typeof told !== 'object' || !('code' in told)) {
    return new Problem('server_trouble', answer.status, {}, common('server_trouble', { status: answer.status }));
  }
  const { code, params, detail } = told as { code: string; params?: Record<string, string | number>; detail?: string };
  return new Problem(code, answer.status, params ?? {}, detail ?? '');
}

async function ask(path: string, init: RequestInit, asking: Asking): Promise<Response> {
  const answer = await fetch(address(path, asking.query), {
    ...init,
    credentials: 'same-origin',
    ...(asking.signal ? { signal: asking.signal } : {}),
  }).catch((broken: unknown) => {
    if (broken instanceof DOMException && broken.name === 'AbortError') throw broken;
    throw new Problem(NO_NETWORK, 0, {}, common('no_network_text'));
  });
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (problem.status === 401 && !asking.token) dispatchEvent(new CustomEvent(SIGNED_OUT, { detail: problem }));
  throw problem;
}

async function json<T>(method: string, path: string, body: unknown, asking: Asking): Promise<T> {
  const init: RequestInit = { method, headers: headers(asking, body !== undefined) };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await ask(path, init, asking);
  if (answer.status === 204) return undefined as T;
  // A captive portal answers 200 with its own page; that is no answer of ours.
  const told: unknown = await answer.json().catch(() => {
    throw new Problem(NO_NETWORK, answer.status, {}, common('no_network_text'));
  });
  return told as T;
}

/** Every request of every face. Paths begin after `/api`; a refusal is thrown as a Problem. */
export const api = {
  get: <T>(path: string, asking: Asking = {}): Promise<T> => json('GET', path, undefined, asking),
  post: <T>(path: string, body: unknown = {}, asking: Asking = {}): Promise<T> => json('POST', path, body, asking),
  patch: <T>(path: string, body: unknown, asking: Asking = {}): Promise<T> => json('PATCH', path, body, asking),
  put: <T>(path: string, body: unknown, asking: Asking = {}): Promise<T> => json('PUT', path, body, asking),
  del: <T = void>(path: string, asking: Asking = {}): Promise<T> => json('DELETE', path, undefined, asking),

  /** Sends one file as multipart `file`. */
  async upload<T>(path: string, file: File, asking: Asking = {}): Promise<T> {
    const form = new FormData();
    form.append('file', file, file.name);
    const answer = await ask(path, { method: 'POST', body: form, headers: headers(asking, false) }, asking);
    return (await answer.json()) as T;
  },

  /** Fetches a file and hands it to the browser under the server's name for it. */
  async download(path: string, asking: Asking = {}): Promise<void> {
    const answer = await ask(path, { method: 'GET', headers: { ...headers(asking, false), Accept: '*/*' } }, asking);
    saveAs(await answer.blob(), nameIn(answer.headers.get('Content-Disposition')) ?? path.split('/').pop() ?? 'file');
  },
};

function nameIn(disposition: string | null): string | null {
  if (!disposition) return null;
  const coded = /filename\*=(?:UTF-8'')([^;]+)/i.exec(disposition)?.[1];
  if (coded) return decodeURIComponent(coded.trim());
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? null;
}

/** Hands bytes to the browser as a file to keep. */
export function saveAs(bytes: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
