import type { Command } from 'commander';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from './demo/processes.ts';
import { SCENES } from './demo/program.ts';
import type { Expectations } from './demo/expectations.ts';
import type { Scene, SoFar } from './demo/scene.ts';
import { openStage } from './demo/stage.ts';
import { Story } from './demo/story.ts';
import { Output } from './output.ts';

interface DemoOptions {
  json?: boolean;
  keep?: boolean;
  pms: string;
}

export function define(command: Command, scenes: readonly Scene[] = SCENES): void {
  command
    .option('--pms <name>', 'against the simulator of this PMS; only in a checkout', 'sandbox')
    .option('--keep', 'keep the data afterwards, and say where it is')
    .option('--json', 'print one JSON summary for programs')
    .action((options: DemoOptions) => demo(options, scenes));
}

/** Plays the demonstration. The exit code is 0 only where every expectation held, and 130 where it was stopped. */
async function demo(options: DemoOptions, scenes: readonly Scene[]): Promise<void> {
  const output = new Output(options.json === true);
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('Stopped.'));
  };
  const onUnread = () => stop.abort(new Error('Stopped: nobody reads the output any more.'));
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.stdout.on('error', onUnread);
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), 'caretaker-demo-'));
    const story = new Story(output.json ? () => {} : (line) => void process.stdout.write(`${line}\n`));
    const place = { folder, signal: stop.signal };
    const summary = await play(story, openingOf(options.pms), () =>
      options.pms === 'sandbox' ? playScenes(place, story, scenes) : playVendorScenes(place, story, options.pms),
    );
    output.result(summary, closing(summary));
    if (!summary.ok) process.exitCode = 1;
  } catch (error) {
    output.failure(error);
    process.exitCode = stop.signal.aborted ? 130 : 1;
  } finally {
    if (folder !== undefined && options.keep === true) output.note(`The data is in ${folder}/data.`);
    else if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    process.stdout.off('error', onUnread);
  }
}

interface Summary {
  ok: boolean;
  seconds: number;
  expectations: number;
  failures: string[];
  scenes: Story['scenes'];
}

function openingOf(pms: string): string {
  return pms === 'sandbox'
    ? 'Caretaker: three days at Juniper Terrace, played by agents over MCP on a new sandbox PMS.'
    : `Caretaker: three days of a portfolio, played by agents over MCP on the simulator of ${pms}.`;
}

async function play(story: Story, opening: string, playAll: () => Promise<void>): Promise<Summary> {
  const started = performance.now();
  story.line(opening);
  story.line('"agent > tool: what for => answer" is a call; "| PMS:" is read from the PMS itself, past Caretaker.');
  await playAll();
  const failures = story.scenes.flatMap(({ title, failures: all }) => all.map((one) => `${title}: ${one}`));
  const expectations = story.scenes.reduce((sum, scene) => sum + scene.expectations, 0);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const ok = story.scenes.length > 0 && story.scenes.every((scene) => scene.ok);
  return { ok, seconds, expectations, failures, scenes: story.scenes };
}

async function playScenes(place: Place, story: Story, scenes: readonly Scene[]): Promise<void> {
  await using stage = await openStage(place, story);
  const soFar: SoFar = {};
  for (const scene of scenes) {
    place.signal.throwIfAborted();
    await story.scene({ ...scene, signal: place.signal }, (expect) => scene.play(stage, expect, soFar));
  }
}

async function playVendorScenes(place: Place, story: Story, pms: string): Promise<void> {
  const [{ openVendorStage }, { VENDOR_SCENES }] = await Promise.all([
    import('./demo/vendor_stage.ts'),
    import('./demo/vendor_scenes.ts'),
  ]);
  await using stage = await openVendorStage(place, story, pms);
  const soFar = {};
  for (const scene of VENDOR_SCENES) {
    place.signal.throwIfAborted();
    await story.scene({ ...scene, signal: place.signal }, (expect: Expectations) => scene.play(stage, expect, soFar));
  }
}

function closing({ ok, seconds, expectations, failures }: Summary): string {
  if (ok) return `\nAll ${expectations} expectations held, in ${seconds} s.`;
  return [
    `\n${failures.length} of ${expectations} expectations did not hold:`,
    ...failures.map((one) => `  ${one}`),
  ].join('\n');
}
