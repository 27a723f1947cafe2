import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { addressOf, describeOnPostgres } from '../store/engines.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');

/** Says on standard error when the job queue is loaded. */
const TELL = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'pg-boss') process.stderr.write('the job queue is loaded\\n');
      return next(specifier, context);
    },
  });
`)}`;

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

describeOnPostgres('a stdio server', (open) => {
  it('lists its tools without the job queue, which the first call brings in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'caretaker-loaded-'));
    const config = { organisation: 'Test Management', store: addressOf(await open()) };
    writeFileSync(join(folder, 'caretaker.config.json'), JSON.stringify(config));
    const child = spawn(process.execPath, ['--import', TELL, MAIN, 'serve', '--stdio', '--role', 'admin'], {
      cwd: folder,
      stdio: 'pipe',
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (id: number, method: string, params: object): Promise<string> => {
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } })}\n`);
      return String((await answers.next()).value);
    };
    let said = '';
    const loaded = new Promise<void>((done) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('the job queue is loaded')) done();
      });
    });
    expect(await ask(1, 'tools/list', {})).toContain('create_work_order');
    expect(said).not.toContain('the job queue is loaded');
    await ask(2, 'tools/call', { name: 'list_work_orders', arguments: {} });
    await loaded;
  });
});
