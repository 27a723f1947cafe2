import type { Consent } from '../model/values.ts';
import { addDays, toLocal } from '../model/zoned_time.ts';

/*
 * When and how somebody may be contacted. Calls and texts wait for 8 AM to 9 PM of the recipient's own time (47 CFR
 * 64.1200(c)(1)); whoever opted out of a channel is not contacted on it, whatever the words were (47 CFR
 * 64.1200(a)(10)). Calls about a danger to life or property are outside of both (47 USC 227(b)(1)(A)).
 */

const FIRST_HOUR = '08:00';
const LAST_HOUR = '21:00';

export type ContactChannel = Consent['channel'];

export interface ContactChannelState {
  channel: ContactChannel;
  may_contact_now: boolean;
  /** Why not, in words. */
  why?: string;
  consent: 'granted' | 'revoked' | 'not_recorded';
  consent_at?: string;
}

export interface ContactState {
  /** The recipient's wall-clock time; absent where the zone is not known. */
  local_time?: string;
  channels: ContactChannelState[];
  /** Start of the next hours for calls and texts, recipient-local; absent where it is within them now. */
  calls_and_texts_from?: string;
}

/** What a call about a danger may do that others may not. */
export const EMERGENCY_CONTACT = 'A call about a danger to life or property may be made at any hour.';

/**
 * Per channel, whether a person may be contacted now. Where the zone is not known, calls and texts wait for a person
 * to say, because any hour might be the middle of the night.
 */
export function contactState(input: {
  now: string;
  zone: string | undefined;
  consents: readonly Consent[];
  has: Readonly<Record<ContactChannel, boolean>>;
}): ContactState {
  const local = input.zone === undefined ? undefined : toLocal(input.now, input.zone);
  const time = local?.slice(11);
  const quiet = time !== undefined && (time < FIRST_HOUR || time >= LAST_HOUR);
  const opens = local === undefined || !quiet ? undefined : nextOpening(local);
  const channels = (['phone', 'sms', 'email'] as const).map((channel): ContactChannelState => {
    const consent = input.consents.findLast((one) => one.channel === channel);
    const why = !input.has[channel]
      ? `no ${channel === 'email' ? 'e-mail address' : 'number'} on file`
      : consent?.state === 'revoked'
        ? `opted out on ${consent.at.slice(0, 10)}`
        : channel === 'email'
          ? undefined
          : quietReason(time, opens);
    return {
      channel,
      may_contact_now: why === undefined,
      ...(why !== undefined && { why }),
      consent: consent?.state ?? 'not_recorded',
      ...(consent !== undefined && { consent_at: consent.at }),
    };
  });
  return {
    ...(local !== undefined && { local_time: local }),
    channels,
    ...(opens !== undefined && { calls_and_texts_from: opens }),
  };
}

function quietReason(time: string | undefined, opens: string | undefined): string | undefined {
  if (time === undefined) return 'the time there is not known';
  return opens === undefined ? undefined : `quiet hours until ${opens}`;
}

function nextOpening(local: string): string {
  const date = local.slice(0, 10);
  return `${local.slice(11) < FIRST_HOUR ? date : addDays(date, 1)}T${FIRST_HOUR}`;
}

/** Words that end messages by themselves; the first seven are those of 47 CFR 64.1200(a)(10). */
const STOP_WORDS = ['stop', 'quit', 'end', 'revoke', 'optout', 'cancel', 'unsubscribe', 'stopall', 'alto', 'pare'];
const ALONE = new RegExp(`^(?:please )?(?:${STOP_WORDS.join('|')}|opt out)(?: please)?$`);
/** In the middle of a sentence only as it is told on, in capitals: "she answered STOP". */
const QUOTED = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${STOP_WORDS.join('|').toUpperCase()}|OPT OUT)(?![\\p{L}\\p{N}])`,
  'u',
);
const PHRASES = [
  /\b(?:stop|quit|no more|do not|don't|dont|never)\b(?:\W+\w+){0,2}?\W+(?:call|text|messag|e-?mail|contact)/,
  /\b(?:unsubscribe|opt(?:ed|ing)? ?-?out|remove me|take me off|leave me alone|lose (?:my|this) number)\b/,
];

/** Whether a message reads like a wish not to be contacted on its channel any more. A hint, never a decision. */
export function readsLikeOptOut(message: string): boolean {
  const text = message.normalize('NFKC').replaceAll('’', "'").slice(0, 5_000);
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (ALONE.test(plain)) return true;
  if (/\p{Ll}/u.test(text) && QUOTED.test(text)) return true;
  return PHRASES.some((phrase) => phrase.test(text.toLowerCase()));
}
