import { type ChaosOutcome, runChaos } from './chaos.ts';
import { parseOptions } from './options.ts';
import { newStore } from './stores.ts';

/*
 * `npm run chaos -- --writes 10000 --kills 100 --fault-rate 0.2 [--store postgres://…] [--seed N] [--servers N]
 * [--personality P] [--for SECONDS]`: the proof by force. One line on standard output; exit code 0 only where nothing
 * was lost, doubled or otherwise broken.
 */

const SHOWN = 50;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const { options, store: postgres } = parseOptions(process.argv.slice(2));
const stop = new AbortController();
const onSignal = (): void => {
  if (stop.signal.aborted) process.exit(130);
  say('stopping');
  stop.abort();
};
process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

say(`seed ${options.seed}, personality ${options.personality}, ${postgres === undefined ? 'SQLite' : 'PostgreSQL'}`);
const store = await newStore(postgres);
let outcome: ChaosOutcome | undefined;
try {
  outcome = await runChaos(options, store.address, say, stop.signal);
  tell(outcome);
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  if (outcome === undefined || outcome.verdict.broken.length === 0) await store.remove();
  else say(`the store is kept: ${store.address}`);
}
process.exitCode = stop.signal.aborted ? 130 : isRight(outcome) ? 0 : 1;

function isRight({ verdict }: ChaosOutcome | undefined = {} as ChaosOutcome): boolean {
  return verdict?.lost === 0 && verdict.doubled === 0 && verdict.broken.length === 0;
}

function tell({ verdict, memory, kills, pauses, decided, work_ms, settle_ms, folder }: ChaosOutcome): void {
  const { writes, done, needs_attention, lost, doubled, broken } = verdict;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  say(
    [
      `${kills} kills, ${pauses} pauses, ${decided} decisions, ${memory.broken_connections} broken connections`,
      `errors ${JSON.stringify(Object.fromEntries(memory.codes))}`,
      `work ${seconds(work_ms)}, settling ${seconds(settle_ms)}`,
    ].join('; '),
  );
  for (const { rule, write_id, evidence } of broken.slice(0, SHOWN)) say(`broken: ${rule}: ${write_id}: ${evidence}`);
  if (broken.length > 0) say(`${broken.length} broken in all; logs and configuration: ${folder}`);
  process.stdout.write(
    `writes ${writes}, done ${done}, needs attention ${needs_attention}, lost ${lost}, doubled ${doubled}\n`,
  );
}
