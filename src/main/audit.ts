import type { Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportAudit } from '../audit/export.ts';
import { verifyAudit } from '../audit/verify.ts';
import { commonOptions, type CommonOptions, grantFor, inSession, needsScope, roleOption } from './session.ts';
import { count, moment } from './values.ts';

interface ExportOptions extends CommonOptions {
  role?: string;
  since: number;
  until?: number;
  out?: string;
}

export function define(command: Command): void {
  commonOptions(command.command('verify').description('check the whole chain; fails where anything was changed'))
    .option('--from <n>', 'start with this entry', count)
    .action(verify);
  roleOption(commonOptions(command.command('export').description('the entries of a period, one JSON line each')))
    .option('--since <time>', 'from this time on', moment, 0)
    .option('--until <time>', 'before this time (default: now)', moment)
    .option('--out <file>', 'to a new file instead of standard output')
    .action(exportEntries);
}

function verify(options: CommonOptions & { from?: number }): Promise<void> {
  return inSession(options, async ({ caretaker, output, signal }) => {
    const { store, keyring } = await caretaker.engine();
    await store.ready();
    const verdict = await verifyAudit(store, keyring, {
      signal,
      onProgress: (seq, last) => output.progress(seq, last, 'audit entries checked'),
      ...(options.from !== undefined && { from: options.from }),
    });
    const { ok, entries, head, first_bad: bad } = verdict;
    const text = ok
      ? `The audit log is whole: ${entries} entries, ending with ${head.seq} ${head.hash}.`
      : `The audit log is NOT whole: entry ${bad?.seq}, ${bad?.why.replaceAll('_', ' ')}.`;
    output.result(verdict, text);
    if (!ok) process.exitCode = 1;
  });
}

function exportEntries(options: ExportOptions): Promise<void> {
  return inSession(options, async ({ caretaker, signal }) => {
    needsScope(await grantFor(caretaker, options.role), ['audit:read']);
    const { store, keyring } = await caretaker.engine();
    await store.ready();
    const entries = exportAudit(store, keyring, {
      since: options.since,
      until: options.until ?? store.clock() + 1,
      signal,
    });
    // Never over a file that is there: an export may be the only copy of what retention has erased since.
    const to =
      options.out === undefined ? process.stdout : createWriteStream(options.out, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.from(lines(entries)), to, { end: to !== process.stdout });
  });
}

async function* lines(entries: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${entry}\n`;
}
