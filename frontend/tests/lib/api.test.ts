import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, NO_NETWORK, Problem, SIGNED_OUT } from '$lib/api';
import { sayProblem } from '$lib/errors';
import { setLanguage } from '$lib/i18n.svelte';

function answers(status: number, body: unknown, type = 'application/json'): ReturnType<typeof vi.fn> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const asked = vi.fn(async () => new Response(text, { status, headers: { 'Content-Type': type } }));
  vi.stubGlobal('fetch', asked);
  return asked;
}

async function refusal(asking: Promise<unknown>): Promise<Problem> {
  return asking.then(
    () => expect.fail('was not refused'),
    (problem: Problem) => problem,
  );
}

describe('a request', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    setLanguage('zh');
  });

  it('names its language and leaves out what is not asked for', async () => {
    const asked = answers(200, { rows: [] });
    setLanguage('en');
    expect(await api.get('/contests', { query: { search: '焊', offset: 0, limit: null } })).toEqual({ rows: [] });
    const [address, init] = asked.mock.calls[0] as [string, RequestInit & { headers: Record<string, string> }];
    expect([address, init.headers['Accept-Language']]).toEqual(['/api/contests?search=%E7%84%8A&offset=0', 'en']);
  });

  it('throws the broken rule, which reads in the language of the page', async () => {
    answers(409, { code: 'marks_pending', status: 409, params: { count: 3 }, detail: '还有 3 项' });
    const problem = await refusal(api.post('/sessions/s/confirm'));
    expect([problem.code, problem.status, problem.params]).toEqual(['marks_pending', 409, { count: 3 }]);
    expect(sayProblem(problem)).toBe('还有 3 项打分等待裁判长处理。');
    setLanguage('en');
    expect(sayProblem(problem)).toBe('3 marks wait for the chief judge.');
  });

  it('takes an answer that is no JSON for no network, as behind a captive portal', async () => {
    answers(200, '<html>portal</html>', 'text/html');
    expect((await refusal(api.get('/me'))).code).toBe(NO_NETWORK);
  });

  it('says when the server was not reached', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    const problem = await refusal(api.get('/me'));
    expect([problem.code, sayProblem(problem)]).toEqual([NO_NETWORK, '没有连上服务器，请检查网络后重试。']);
  });

  it('tells the page when the sign-in has ended', async () => {
    answers(401, { code: 'not_signed_in', status: 401, params: {}, detail: '' });
    const told = vi.fn();
    addEventListener(SIGNED_OUT, told, { once: true });
    await refusal(api.get('/me'));
    expect(told).toHaveBeenCalledOnce();
  });

  it('keeps a server that broke apart from a rule that was broken', async () => {
    answers(502, 'Bad gateway', 'text/plain');
    const problem = await refusal(api.get('/me'));
    expect([problem.code, problem.status, sayProblem(problem)]).toEqual([
      'server_trouble',
      502,
      '服务器没有完成请求（502），请稍后重试。',
    ]);
  });
});
