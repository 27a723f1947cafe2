import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttp, type HttpApp } from '../../src/http/app.ts';
import { CLIENTS, type Target, type TestClient } from './clients.ts';
import { fakeHost, type Diary } from './fake_host.ts';

const { host, secret } = fakeHost();
let app: HttpApp;

beforeAll(async () => {
  app = await startHttp({ host, listen: { host: '127.0.0.1', port: 0 }, scopes: [], report: () => {} });
});
afterAll(() => app.close());

const TARGETS: Record<string, () => Target> = {
  stdio: () => 'stdio',
  http: () => ({ url: `${app.url}/mcp`, token: 'reader' }),
};

/** Asks until the server has noticed: over HTTP a disconnect and the next request race each other. */
async function untilDiary(reader: TestClient, noticed: (diary: Diary) => boolean): Promise<void> {
  for (;;) {
    const { content } = await reader.call('diary');
    if (noticed(JSON.parse(content[0]!.text!) as Diary)) return;
  }
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('was not refused'),
    (error: { code: number; message: string }) => error,
  );

const cases = Object.keys(CLIENTS).flatMap((client) => Object.keys(TARGETS).map((target) => ({ client, target })));

describe.each(cases)('$client over $target', ({ client, target }) => {
  let it: TestClient;
  beforeAll(async () => {
    it = await CLIENTS[client]!(TARGETS[target]!());
  });
  afterAll(() => it.close());

  test('lists tools in the order of the host, with their schemas', async () => {
    const { tools } = await it.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'echo',
      'count',
      'climb',
      'go',
      'slow',
      'wait',
      'refuse',
      'explode',
      'diary',
    ]);
    expect(tools[0]).toMatchObject({ title: 'Echo', annotations: { readOnlyHint: true } });
    expect(tools[0]!.inputSchema).toMatchObject({ required: ['text'], additionalProperties: false });
    expect(tools[0]!.outputSchema).toMatchObject({ required: ['text'] });
  });

  test('answers a call with text and structured content', async () => {
    expect(await it.call('echo', { text: 'Unit ½ — "4B"\n' })).toMatchObject({
      content: [{ type: 'text', text: 'Unit ½ — "4B"\n' }],
      structuredContent: { text: 'Unit ½ — "4B"\n' },
    });
  });

  test('answers a refused call as an error with its record, also after the schemas are known', async () => {
    await it.client.listTools();
    const answer = await it.call('refuse', { text: '' });
    expect(answer).toMatchObject({
      isError: true,
      content: [{ text: 'not_found: No such unit' }],
      _meta: { 'caretaker/error': { code: 'not_found' } },
    });
    expect(answer.structuredContent).toBeUndefined();
  });

  test('never shows what was thrown', async () => {
    const answer = await it.call('explode', {});
    expect(answer).toMatchObject({ isError: true, _meta: { 'caretaker/error': { code: 'internal' } } });
    const read = await refusal(it.client.readResource({ uri: 'unit://explode' }));
    expect(read).toMatchObject({ code: -32603 });
    expect(JSON.stringify(answer) + read.message).not.toContain(secret);
  });

  test('refuses an unknown tool, and one outside the grant, as invalid params', async () => {
    for (const name of ['nope', 'write', '../echo', '']) {
      expect(await refusal(it.call(name))).toMatchObject({ code: -32602 });
    }
  });

  test('tells of progress while the call goes on', async () => {
    const seen: number[] = [];
    const answer = await it.call(
      'climb',
      {},
      {
        onprogress: ({ progress }) => {
          seen.push(progress);
          void it.call('go');
        },
      },
    );
    expect(seen).toEqual([1, 2]);
    expect(answer).toMatchObject({ structuredContent: { text: 'climbed' } });
  });

  test('ends the wait when the caller cancels, and tells the tool', async () => {
    const stop = new AbortController();
    const waiting = refusal(it.call('wait', {}, { signal: stop.signal }));
    await untilDiary(it, ({ calls }) => calls.includes('reader wait'));
    const before = await it.call('diary');
    const { cancelled } = JSON.parse(before.content[0]!.text!) as Diary;
    stop.abort();
    await waiting;
    await untilDiary(it, (diary) => diary.cancelled.length > cancelled.length);
    expect(await it.call('echo', { text: 'still here' })).toMatchObject({ structuredContent: { text: 'still here' } });
  });

  test('reads resources, and refuses what is not there', async () => {
    const { resources } = await it.client.listResources();
    expect(resources).toMatchObject([{ uri: 'unit://4b', mimeType: 'application/json' }]);
    const { resourceTemplates } = await it.client.listResourceTemplates();
    expect(resourceTemplates).toMatchObject([{ uriTemplate: 'unit://{unit}' }]);
    const { contents } = await it.client.readResource({ uri: 'unit://4b' });
    expect(contents).toEqual([
      { uri: 'unit://4b', mimeType: 'application/json', text: '{"unit":"4b","for":"reader"}' },
    ]);
    for (const uri of ['unit://9', 'file:///etc/passwd', 'unit://½']) {
      expect(await refusal(it.client.readResource({ uri }))).toMatchObject({ code: -32602 });
    }
  });

  test('gives prompts, names missing arguments and refuses unknown prompts', async () => {
    const { prompts } = await it.client.listPrompts();
    expect(prompts).toMatchObject([{ name: 'triage', arguments: [{ name: 'unit', required: true }] }]);
    const { messages } = await it.client.getPrompt({ name: 'triage', arguments: { unit: '4B' } });
    expect(messages).toEqual([{ role: 'user', content: { type: 'text', text: 'Triage unit 4B' } }]);
    const missing = await refusal(it.client.getPrompt({ name: 'triage' }));
    expect(missing).toMatchObject({ code: -32602 });
    expect(missing.message).toContain('unit');
    expect(await refusal(it.client.getPrompt({ name: 'nope' }))).toMatchObject({ code: -32602 });
  });

  test('completes arguments of prompts and resource templates', async () => {
    const argument = { name: 'unit', value: '4' };
    const prompt = await it.client.complete({ ref: { type: 'ref/prompt', name: 'triage' }, argument });
    expect(prompt.completion).toMatchObject({ total: 150, hasMore: true });
    expect(prompt.completion.values).toHaveLength(100);
    const resource = await it.client.complete({ ref: { type: 'ref/resource', uri: 'unit://{unit}' }, argument });
    expect(resource.completion).toEqual({ values: ['4a', '4b'], total: 2, hasMore: false });
  });
});
