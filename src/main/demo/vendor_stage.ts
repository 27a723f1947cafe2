import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandKind } from '../../model/commands.ts';
import { addDays, localDate } from '../../model/zoned_time.ts';
import type { CommandDepth, DepthReport } from '../../depth/report.ts';
import type { Answer } from './answer.ts';
import { type Cast, castFor } from './cast.ts';
import type { Expectations } from './expectations.ts';
import { type Place, runCaretaker, startServer } from './processes.ts';
import { type PmsState, type Simulator, startSimulator } from './simulator.ts';
import type { Story } from './story.ts';

/** Where a connection says nothing else. */
const ZONE = 'America/Chicago';

/** States in which a change is still on its way. */
const WAITING: ReadonlySet<string> = new Set(['recorded', 'ready', 'sending', 'sent', 'unknown']);
/** Some vendors are given minutes to show what they were told. */
const PATIENCE = 90;
const AGAIN_MS = 2_000;

/** What a call asks of the PMS and how it ended. */
interface Asked {
  kind: CommandKind;
  /** `money` and `legal` commands that nobody has seen at the vendor are recorded and not sent. */
  risk: 'write' | 'money' | 'legal';
  what: string;
  ask(): Promise<Answer>;
}

/** Everything that a scene against a vendor's PMS plays with. */
export interface VendorStage extends Omit<Cast, 'close'>, AsyncDisposable {
  pms: string;
  state(): Promise<PmsState>;
  day(offset: number): string;
  tell(what: string): void;
  /** What the connection says of a command. */
  can(kind: CommandKind): CommandDepth;
  /**
   * Makes a call and expects of it what the connection says: done and seen by the PMS, kept beside it without a word to
   * it, recorded and not sent, or refused by name. Gives the answer where it was carried out.
   */
  carryOut(expect: Expectations, asked: Asked): Promise<Answer | undefined>;
}

/** Starts a vendor's simulator and a server that is connected to it, and makes everybody's key. */
export async function openVendorStage(given: Place, story: Story, pms: string): Promise<VendorStage> {
  await using opened = new AsyncDisposableStack();
  const simulator = await startSimulator(pms, given.signal);
  opened.defer(() => simulator.stop());
  const place: Place = {
    ...given,
    environment: { CARETAKER_KEYRING: `demo:${randomBytes(32).toString('base64')}` },
  };
  await configure(place.folder, simulator);
  const server = await startServer(place);
  opened.defer(() => server.stop());
  const cast = await castFor(place, server, story);
  opened.defer(() => cast.close());
  const commands = await commandsOf(place, simulator.connection.id, server.person_key);
  const { close: _closed, ...people } = cast;
  const kept = opened.move();
  const can = (kind: CommandKind) => commands.get(kind) as CommandDepth;
  return {
    ...people,
    pms,
    state: () => simulator.state(),
    tell: (what) => story.aside(what),
    day: (offset) => addDays(localDate(new Date().toISOString(), ZONE), offset),
    can,
    carryOut: (expect, asked) => carryOut({ cast, simulator, story, pms, can }, expect, asked),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function configure(folder: string, simulator: Simulator): Promise<void> {
  const { connection } = simulator;
  const config = {
    organisation: 'Demonstration',
    connections: [{ time_zones: { default: ZONE }, ...connection, mappings: 'demo.mappings.json' }],
    staff: [{ id: 'leasing-1', name: 'Leasing desk', roles: ['leasing_agent'], phone: '+15125550100' }],
  };
  await writeFile(join(folder, 'demo.mappings.json'), JSON.stringify(await simulator.mappings()), { mode: 0o600 });
  await writeFile(join(folder, 'caretaker.config.json'), JSON.stringify(config), { mode: 0o600 });
}

async function commandsOf(place: Place, connection: string, key: string): Promise<Map<CommandKind, CommandDepth>> {
  const { code, stdout, stderr } = await runCaretaker(place, ['depth', '--connection', connection, '--json'], key);
  if (code !== 0) throw new Error(`The connection does not say what it can do: ${stderr}`);
  const [report] = (JSON.parse(stdout) as { pms: DepthReport[] }).pms;
  return new Map(report?.commands.map((command) => [command.kind, command]));
}

interface Surroundings {
  cast: Cast;
  simulator: Simulator;
  story: Story;
  pms: string;
  can(kind: CommandKind): CommandDepth;
}

async function carryOut(
  { cast, simulator, story, pms, can }: Surroundings,
  expect: Expectations,
  { kind, risk, what, ask }: Asked,
): Promise<Answer | undefined> {
  const { support, evidence, reason } = can(kind);
  const before = await simulator.accepted();
  const first = await ask();
  const written = async () => (await simulator.accepted()) - before;
  // Where only some forms of a command are mapped, the others are refused by name as well.
  const isOtherForm = support === 'mapped' && first.code === 'unsupported_by_pms';
  if (support === 'unsupported' || isOtherForm) {
    expect.equal(`${what}: refused, because ${pms} cannot`, first.code, 'unsupported_by_pms');
    expect.that(
      `${what}: the refusal says why`,
      (reason !== undefined || isOtherForm) && first.text.length > 0,
      first.text,
    );
    expect.equal(`${what}: requests that change something`, await written(), 0);
    story.pms('nothing changed');
    return undefined;
  }
  if (support !== 'sidecar' && evidence !== 'seen' && risk !== 'write') {
    expect.equal(`${what}: recorded and not sent, until it is proved on this connection`, first.state, 'shadowed');
    expect.equal(`${what}: requests that change something`, await written(), 0);
    story.pms('nothing changed');
    return undefined;
  }
  let answer = first;
  if (first.state === 'awaiting_approval') {
    expect.equal(`${what}: changes while it waits for a person`, await written(), 0);
    const decided = await cast.manager.run('approvals', 'approve', first.need('write.write_id'));
    expect.that(`${what}: it is approved`, decided.said !== '', decided);
    answer = await ask();
  }
  // At the vendor's pace it may take longer than one call waits: the same request is asked for again.
  for (let again = 0; again < PATIENCE && WAITING.has(String(answer.state)); again += 1) {
    await delay(AGAIN_MS);
    answer = await ask();
  }
  expect.equal(`${what}: done`, answer.state, 'done');
  const requests = await written();
  if (support === 'sidecar') expect.equal(`${what}: kept beside ${pms}, which hears nothing of it`, requests, 0);
  else expect.that(`${what}: ${pms} has taken it`, requests > 0, requests);
  story.pms(requests === 0 ? 'nothing changed' : `${requests} ${requests === 1 ? 'write' : 'writes'}, ${kind}`);
  return answer;
}
