/** A stdio server over the fake host, for tests to start as a process. SIGTERM shuts it down. */
import { runStdio } from '../../src/mcp/stdio.ts';
import { fakeHost } from './fake_host.ts';

const { host, diary, grants } = fakeHost();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
// Stray output must not reach the client; the prints below prove it.
setTimeout(() => console.log('stray output'));
await runStdio({
  host,
  grant: grants['reader']!,
  signal: stop.signal,
  report: (error, where) => process.stderr.write(`report ${where}: ${error}\n`),
});
process.stderr.write(`closed ${JSON.stringify(diary.cancelled)}\n`);
