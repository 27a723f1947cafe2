import { addDays, localDate } from '../../model/zoned_time.ts';
import { type Cast, castFor } from './cast.ts';
import { PmsWindow } from './pms_window.ts';
import { type Place, startServer } from './processes.ts';
import type { Story } from './story.ts';

/** Where it all happens: Juniper Terrace, with "the blue building". */
export const PROPERTY = '12';

/** Everything that a scene plays with. */
export interface Stage extends Omit<Cast, 'close'>, AsyncDisposable {
  pms: PmsWindow;
  /** Property-local day this many days from today. The clock is the real one, so nothing here is a fixed date. */
  day(offset: number): string;
  /** Tells what nobody asked for, such as a message that comes in. */
  tell(what: string): void;
}

/** Starts a server on an empty folder, makes everybody's key and opens the look into the PMS. */
export async function openStage(place: Place, story: Story): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const server = await startServer(place);
  opened.defer(() => server.stop());
  const pms = await PmsWindow.open(place.folder, PROPERTY, story);
  opened.defer(() => pms.close());
  const cast = await castFor(place, server, story);
  opened.defer(() => cast.close());
  const { close: _closed, ...people } = cast;
  const kept = opened.move();
  return {
    ...people,
    pms,
    tell: (what) => story.aside(what),
    day: (offset) => addDays(localDate(new Date().toISOString(), pms.zone), offset),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
