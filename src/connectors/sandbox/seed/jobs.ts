import type { Severity, Trade } from '../../../model/values.ts';

export interface Job {
  trade: Trade;
  severity: Severity;
  title: string;
  description: string;
}

const job = (trade: Trade, severity: Severity, title: string, description: string): Job => ({
  trade,
  severity,
  title,
  description,
});

/** What residents write in, in their words. */
// prettier-ignore
export const JOBS: readonly Job[] = [
  job('plumbing', 'urgent', 'Kitchen sink leaks', 'Water collects in the cabinet under the kitchen sink overnight. I put a pot there.'),
  job('plumbing', 'emergency', 'Water through the ceiling', 'Water is running through the bathroom ceiling and will not stop.'),
  job('plumbing', 'routine', 'Tub drains slowly', 'The tub takes about ten minutes to drain after a shower.'),
  job('hvac', 'emergency', 'No heat', 'The furnace does not start. It is 49 degrees in the living room.'),
  job('hvac', 'routine', 'Filter light is on', 'The thermostat asks for a new filter.'),
  job('electrical', 'urgent', 'Half the outlets are dead', 'The bedroom outlets have no power. The breaker does not stay on.'),
  job('electrical', 'routine', 'Hall light flickers', 'The light by the front door flickers in the evening.'),
  job('appliance', 'urgent', 'Refrigerator is warm', 'The refrigerator has been warm since this morning, the freezer still works.'),
  job('appliance', 'routine', 'Dishwasher leaves grit', 'Glasses come out with a film on them.'),
  job('locksmith', 'urgent', 'Front door does not latch', 'The door has to be pulled hard, and sometimes it opens by itself.'),
  job('pest', 'routine', 'Ants in the kitchen', 'A line of ants from the window to the trash can.'),
  job('roofing', 'urgent', 'Stain grows on the ceiling', 'A brown stain by the window has doubled since the storm.'),
  job('carpentry', 'routine', 'Closet door off its track', 'The sliding door jumps out whenever it is opened.'),
  job('flooring', 'routine', 'Loose plank', 'A plank by the balcony door lifts at the edge.'),
  job('painting', 'routine', 'Paint peels in the bathroom', 'Paint comes off above the shower.'),
  job('cleaning', 'routine', 'Stairwell needs cleaning', 'Somebody spilled something sticky on the second landing.'),
  job('grounds', 'routine', 'Branch over the walkway', 'A branch hangs low over the path to the mailboxes.'),
  job('fire_safety', 'urgent', 'Smoke detector chirps', 'The detector in the hall chirps every minute, also with a new battery.'),
  job('elevator', 'urgent', 'Elevator stops unevenly', 'It stops a few inches too low on the third floor.'),
  job('restoration', 'emergency', 'Wet carpet after the leak', 'The carpet is soaked up to the middle of the room.'),
  job('general', 'routine', 'Blinds are broken', 'Two slats are missing in the bedroom.'),
];
